#!/usr/bin/env python3
"""Serves a folder on this machine only, and says where: serve.py FOLDER [--port N]."""

import argparse
import functools
import http.server


class Handler(http.server.SimpleHTTPRequestHandler):
    # The system's table of types may lack these, or have others.
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".html": "text/html",
        ".js": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
    }

    def end_headers(self):
        # What was built anew is shown anew.
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_):
        pass


arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("folder")
arguments.add_argument("--port", type=int, default=0, help="a free one is taken without it")
arguments = arguments.parse_args()
handler = functools.partial(Handler, directory=arguments.folder)
with http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), handler) as server:
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass

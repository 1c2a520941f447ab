#!/usr/bin/env python3
"""Writes the examples that the page starts from, with the text of their files: examples.py > examples.json."""

import json
import pathlib
import sys

here = pathlib.Path(__file__).parent
examples = json.loads((here / "examples.json").read_text(encoding="utf-8"))
for example in examples:
    texts = [(here.parent / file).read_text(encoding="utf-8").strip() for file in example.pop("files")]
    example["text"] = "\n---\n".join(texts) + "\n"
json.dump(examples, sys.stdout)

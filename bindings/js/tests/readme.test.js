// The examples of the README do what their comments say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import * as httproute from "../../../dist/js/node.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const code = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block).join("\n");
const wanted = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
const said = [];
const console = { log: (...words) => said.push(words) };
const names = [...code.matchAll(/^import \{ (.*) \} from "httproute-wasm";$/gm)].flatMap(([, list]) => list.split(", "));
const body = code.replace(/^import .*$/gm, "");
const AsyncFunction = (async () => {}).constructor;
await new AsyncFunction("console", ...names, body)(console, ...names.map((name) => httproute[name]));

const { inspect } = await import("node:util");
const shown = said.map((words) => words.map((word) => (typeof word === "string" ? word : inspect(word))).join(" "));
assert.ok(wanted.length > 8, `${wanted.length} examples`);
assert.deepEqual(shown, wanted);

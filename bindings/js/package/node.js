// The entry in Node: ready when it has been imported.
import { readFileSync } from "node:fs";

import { start } from "./api.js";
import { initSync } from "./core.js";

start(initSync({ module: readFileSync(new URL("./core_bg.wasm", import.meta.url)) }));

export { check, explain, plan } from "./api.js";

/** Does nothing here, so that the same code works in Node and in browsers. */
export async function init() {}

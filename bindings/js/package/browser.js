// The entry in browsers: ready when `init` is.
import { start } from "./api.js";
import load from "./core.js";

export { check, explain, plan } from "./api.js";

/**
 * Loads the WebAssembly: once, however often it is called. `source` says where it is, if not beside this file.
 */
export async function init(source = new URL("./core_bg.wasm", import.meta.url)) {
  start(await load({ module_or_path: source }));
}

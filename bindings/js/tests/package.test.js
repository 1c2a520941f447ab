// The package is found by its name, in Node and in browsers, and a second WebAssembly after a trap works like the first.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = fileURLToPath(new URL("../../../dist/js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "httproute-js-"));
try {
  cpSync(dist, join(folder, "node_modules/httproute-wasm"), { recursive: true });
  writeFileSync(join(folder, "main.mjs"), `export * from "httproute-wasm";\n`);
  const found = await import(pathToFileURL(join(folder, "main.mjs")));
  assert.deepEqual(Object.keys(found).sort(), ["check", "explain", "init", "plan"]);
  await found.init();
  assert.equal(found.check("")[0].code, "NoObjects");
} finally {
  rmSync(folder, { recursive: true });
}

const description = JSON.parse(readFileSync(join(dist, "package.json"), "utf8"));
const workspace = readFileSync(new URL("../../../Cargo.toml", import.meta.url), "utf8");
assert.equal(description.version, workspace.match(/^version = "(.*)"$/m)[1]);
assert.equal(description.license, "Apache-2.0");
for (const file of Object.values(description.exports["."])) {
  assert.ok(readFileSync(join(dist, file)).length > 0, file);
}

// As in a browser: nothing is ready before `init` is, and a failed `init` can be repeated.
const browser = await import(pathToFileURL(join(dist, "browser.js")) + "?browser");
const api = await import(pathToFileURL(join(dist, "api.js")));
assert.equal(browser.check, api.check);
assert.equal(browser.check("")[0].code, "NotReady");
assert.equal(browser.plan({ routes: [] }, { url: "http://a.b/" }).error.code, "NotReady");
await assert.rejects(browser.init(new Uint8Array([0])));
assert.equal(browser.check("")[0].code, "NotReady");
const wasm = readFileSync(join(dist, "core_bg.wasm"));
await Promise.all([browser.init(wasm), browser.init(wasm)]);
assert.equal(browser.check("")[0].code, "NoObjects");

const core = await import(pathToFileURL(join(dist, "core.js")));
core.__wbg_reset_state();
assert.equal(browser.check("")[0].code, "NoObjects");

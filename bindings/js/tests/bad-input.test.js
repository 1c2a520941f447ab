// Whatever the functions are given, they return: a list of problems, or an object with `error`.
import assert from "node:assert/strict";

import { check, explain, plan } from "../../../dist/js/node.js";

const cyclic = {};
cyclic.self = [cyclic];
const hostile = new Proxy({}, {
  get() {
    throw new Error("no");
  },
  getPrototypeOf() {
    throw new Error("no");
  },
  ownKeys() {
    throw new Error("no");
  },
});
const deep = (open, close, depth) => open.repeat(depth) + close.repeat(depth);
const binary = new Uint8Array(100_000).map((_, place) => (place * 7919) >> 3);
const anything = [
  undefined, null, true, 0, -1, 1.5, NaN, Infinity, 7n, -1n, 1n << 64n, "", "x", "\ud800", "\udc00\ud800", "\0", "<script>alert(1)</script>",
  Symbol("x"), () => {}, [], [[]], [null], {}, cyclic, hostile, { toJSON() { throw new Error("no"); } }, { toJSON() {} }, { seed: "7" },
  { get seed() { throw new Error("no"); } }, new Date(NaN), new Map(), new Uint8Array(0), binary, Buffer.from([255, 254]),
  new Uint16Array([55296]), new ArrayBuffer(8), deep("[", "]", 100_000), deep("{a: ", "}", 100_000), "a: &a [*a]\n", "&a ".repeat(10_000),
  { url: hostile }, { url: "http://a.b/", headers: hostile }, { url: "http://a.b/", headers: [[cyclic, 1n]] }, { method: "", url: "http://a.b/" },
  { url: "http://a.b/", headers: [["\ud800", "\udfff"]] }, { url: "http://\ud800/" }, { url: "x".repeat(1_000_000) }, new WeakMap(), globalThis,
];
const failed = (answer) => {
  const { code, message, hint } = answer.error;
  assert.equal(typeof code + typeof message + typeof hint, "stringstringstring");
  assert.notEqual(code, "Internal", message);
  assert.notEqual(message, "");
};
const answered = (answer) => {
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
  if (answer.error) {
    failed(answer);
  } else {
    assert.ok(Array.isArray(answer.problems) && answer.request.before.headers, JSON.stringify(answer));
  }
};
const url = "http://a.example/";
const config = { routes: [] };
for (const value of anything) {
  const problems = check(value);
  assert.ok(Array.isArray(problems));
  for (const { line, severity, code, message } of problems) {
    assert.ok((line === null || line > 0) && ["error", "warning"].includes(severity) && code && message);
  }
  answered(explain(value, { url }));
  answered(explain("", value));
  answered(explain("", { url }, value));
  answered(plan(value, { url }));
  answered(plan(config, value));
  answered(plan(config, { url }, value));
}
assert.equal(check("")[0].code, "NoObjects");
assert.equal(check(new Uint8Array([0, 255]))[0].code, "NotText");
assert.equal(check(null)[0].code, "InvalidArgument");
assert.equal(explain(null, { url }).error.code, "InvalidArgument");
assert.equal(explain("", cyclic).error.code, "InvalidArgument");
assert.equal(explain("", { url: "no" }).error.code, "InvalidRequest");
assert.equal(explain("", { url }, { seed: -1 }).error.code, "InvalidArgument");
assert.equal(plan("{", { url }).error.code, "NotJson");
assert.equal(plan({}, { url }).error.code, "NotOfThisForm");
assert.equal(plan({ version: 2, routes: [] }, { url }).error.code, "NewerVersion");

// Large texts: five megabytes are read, or refused in a sentence; more than 16 MiB are refused.
const route = (name) => `kind: HTTPRoute\napiVersion: gateway.networking.k8s.io/v1\nmetadata: {name: r${name}}\nspec: {rules: [{}]}\n---\n`;
const large = [
  "x".repeat(5 << 20), "a: ".repeat(5 << 18), "- ".repeat(5 << 19), "[],".repeat(5 << 18), `[${"[],".repeat(5 << 18)}]`, "\0".repeat(5 << 20),
  "---\n".repeat(5 << 18), `a: "${"\ud800".repeat(1 << 20)}"`, Array.from({ length: 40_000 }, (_, name) => route(name)).join(""),
];
for (const text of large) {
  assert.ok(check(text).every((problem) => problem.code !== "Internal"), `${text.slice(0, 20)}: ${JSON.stringify(check(text)).slice(0, 200)}`);
}
for (const text of ["x".repeat((16 << 20) + 1), new Uint8Array((16 << 20) + 1)]) {
  assert.equal(check(text)[0].code, "TooLarge");
  assert.equal(explain(text, { url }).error.code, "TooLarge");
  assert.equal(plan(text, { url }).error.code, "TooLarge");
}
// And after all this the package works as before.
assert.equal(plan(config, { url }).reply.status, 404);

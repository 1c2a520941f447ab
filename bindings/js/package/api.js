// What the package does, whoever loads the WebAssembly. Nothing here throws, whatever it is given.
import * as core from "./core.js";

/** The longest text that is read, in bytes: no cluster holds so much in its routes. */
const LARGEST = 16 << 20;
const LARGEST_SEED = (1n << 64n) - 1n;
const encoder = new TextEncoder();
let ready = false;

/** The WebAssembly has been loaded. */
export function start() {
  ready = true;
}

/** All that is wrong with manifests. */
export function check(text) {
  const answer = ask(() => [bytes(text, "the manifests")], core.check);
  if (Array.isArray(answer)) {
    return answer;
  }
  return [{ file: null, line: null, column: null, severity: "error", pointer: "", ...answer.error }];
}

/** Why a request goes where it goes. */
export function explain(text, request, options) {
  return ask(() => [bytes(text, "the manifests"), json(request, "the request"), seed(options), front(options)], core.explain);
}

/** What a module with this configuration does with a request. */
export function plan(config, request, options) {
  return ask(() => [configuration(config), json(request, "the request"), seed(options)], core.plan);
}

/** Why there is no answer. */
class Failure extends Error {
  constructor(code, message, hint) {
    super(message);
    this.told = { error: { code, message, hint } };
  }
}

/** The answer of the core to what `read` makes of the caller's arguments. */
function ask(read, answer) {
  let read_;
  try {
    if (!ready) {
      throw new Failure("NotReady", "the WebAssembly has not been loaded", "write `await init()` first");
    }
    read_ = read();
  } catch (failure) {
    // What else throws is a getter or a proxy of the caller's.
    return failure instanceof Failure
      ? failure.told
      : new Failure("InvalidArgument", "an argument cannot be read", "give plain strings, numbers, lists and objects").told;
  }
  try {
    return JSON.parse(answer(...read_));
  } catch {
    // A trap, for want of memory: what is in the memory cannot be relied on any more.
    core.__wbg_reset_state();
    return new Failure("Internal", "this could not be computed", "give it in smaller parts, and report it if it is small").told;
  }
}

/** The bytes of a text. Half of a surrogate pair becomes U+FFFD, as everywhere that text is sent. */
function bytes(text, what) {
  if (typeof text !== "string" && !(text instanceof Uint8Array)) {
    throw new Failure("InvalidArgument", `${what} must be a string or a Uint8Array, but this is ${kind(text)}`, "");
  }
  if (text.length > LARGEST) {
    throw new Failure("TooLarge", `${what} are longer than ${LARGEST >> 20} MiB`, "give them in smaller parts");
  }
  return typeof text === "string" ? encoder.encode(text) : text;
}

function configuration(config) {
  const what = "the configuration";
  if (typeof config === "string" || config instanceof Uint8Array) {
    return bytes(config, what);
  }
  return bytes(json(config, what), what);
}

/** An object as JSON, in which bytes are lists of numbers. */
function json(value, what) {
  let text;
  if (typeof value === "object" && value !== null) {
    try {
      text = JSON.stringify(value, function (key, made) {
        // A Buffer makes something else of itself before it comes here.
        const own = this[key];
        return own instanceof Uint8Array ? Array.from(own) : made;
      });
    } catch {
      throw new Failure("InvalidArgument", `${what} cannot be written as JSON`, "leave cycles and BigInts out");
    }
  }
  if (text === undefined) {
    throw new Failure("InvalidArgument", `${what} must be an object, but this is ${kind(value)}`, "");
  }
  return text;
}

function seed(options) {
  const seed = options?.seed ?? 0;
  if (typeof seed === "bigint" ? seed >= 0n && seed <= LARGEST_SEED : Number.isSafeInteger(seed) && seed >= 0) {
    return BigInt(seed);
  }
  throw new Failure("InvalidArgument", "the seed must be a whole number from 0", "for one above 2^53 - 1 write a BigInt, as 7n");
}

/** What the proxy does first, as JSON. */
function front(options) {
  const { front, underscores, escapedSlashes, mergeSlashes, trustedHops } = options ?? {};
  return json({ front, underscores, escapedSlashes, mergeSlashes, trustedHops }, "the options");
}

function kind(value) {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `of type ${typeof value}`;
}

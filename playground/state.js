// What the page is about, and the link that holds it: JSON, compressed, in the fragment of the URL.

/** The longest text that is read from a link. */
const LARGEST = 16 << 20;
/** The longest link that browsers and messengers carry. */
const LONGEST_LINK = 1 << 20;
const VERSION = "1.";
const MEMBERS = ["text", "method", "url", "headers", "seed", "front"];

/** A state with strings for what is left out. */
export function state(members) {
  return Object.fromEntries(MEMBERS.map((name) => [name, typeof members[name] === "string" ? members[name] : ""]));
}

/** The fragment for a state; null where it would be too long. */
export async function toFragment(state) {
  const compressed = await through(new Blob([JSON.stringify(state)]), new CompressionStream("deflate-raw"), Infinity);
  if (compressed.length * 4 / 3 > LONGEST_LINK) {
    return null;
  }
  let binary = "";
  for (let at = 0; at < compressed.length; at += 0x8000) {
    binary += String.fromCharCode(...compressed.subarray(at, at + 0x8000));
  }
  return VERSION + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The state of a fragment; an error with a sentence where it is none. */
export async function fromFragment(fragment) {
  let members;
  try {
    if (!fragment.startsWith(VERSION)) {
      throw new Error("another version");
    }
    const binary = atob(fragment.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const text = await through(new Blob([bytes]), new DecompressionStream("deflate-raw"), LARGEST);
    members = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
    if (typeof members !== "object" || members === null || typeof members.text !== "string") {
      throw new Error("no state");
    }
  } catch {
    throw new Error("This link cannot be read: it is cut off, or was made by something else.");
  }
  return state(members);
}

/** The bytes of `blob` behind a transformation; an error where there are more than `limit`. */
async function through(blob, transformation, limit) {
  const parts = [];
  let size = 0;
  for (const reader = blob.stream().pipeThrough(transformation).getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) {
      return new Uint8Array(await new Blob(parts).arrayBuffer());
    }
    parts.push(value);
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw new Error("too large");
    }
  }
}

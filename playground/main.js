// The page: what is written becomes a question, and the answer is shown.
import { Decider } from "./decider.js";
import { Editor } from "./editor.js";
import { byId, element } from "./element.js";
import { countOf, listOf } from "./problems.js";
import { partsOf, verdict } from "./result.js";
import { fromFragment, state, toFragment } from "./state.js";
import { themed } from "./theme.js";

/** How long a pause is after which the address shows what is written, in milliseconds. */
const PAUSE = 400;

const fields = { method: byId("method"), url: byId("url"), headers: byId("headers"), seed: byId("seed"), front: byId("front") };
const result = byId("result");
const decider = new Decider(answered);
const editor = new Editor(byId("editor"), changed, (lines) => notify(`The text has too many lines: only the first ${lines} are kept.`));
let examples = [];
let shown = null;
let pause = 0;

themed(byId("theme"));
for (const field of Object.values(fields)) {
  field.addEventListener("input", changed);
}
byId("request").addEventListener("submit", (event) => event.preventDefault());
byId("draw").addEventListener("click", () => {
  fields.seed.value = String(Math.floor(Math.random() * 1_000_000));
  changed();
});
byId("share").addEventListener("click", share);
byId("example").addEventListener("change", ({ target }) => {
  const example = examples[target.selectedIndex - 1];
  if (example) {
    notify("");
    show(example);
  }
});
addEventListener("hashchange", () => {
  if (location.hash.slice(1) !== shown) {
    open();
  }
});
await begin();

async function begin() {
  try {
    examples = await (await fetch("examples.json")).json();
    byId("example").append(...examples.map(({ title }) => element("option", "", title)));
  } catch {
    notify("The examples could not be loaded.");
  }
  await open();
}

/** Shows what the link holds, or the first example. */
async function open() {
  const fragment = location.hash.slice(1);
  if (fragment) {
    try {
      return show(await fromFragment(fragment));
    } catch (error) {
      notify(`${error.message} Here is an example instead.`);
    }
  }
  show(examples[0] ?? state({ method: "GET", url: "http://example.com/" }));
}

function show(written) {
  const { text, method, url, headers, seed, front } = state(written);
  editor.text = text;
  fields.method.value = method || "GET";
  fields.url.value = url;
  fields.headers.value = headers;
  fields.seed.value = seed || "0";
  fields.front.value = front || "envoy";
  changed();
}

function written() {
  return state({ text: editor.text, ...Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])) });
}

function changed() {
  const { text, method, url, headers, seed, front } = written();
  result.setAttribute("aria-busy", "true");
  decider.ask({ text, request: { method: method.trim(), url: url.trim(), headers: headersOf(headers) }, seed: seedOf(seed), front });
  clearTimeout(pause);
  pause = setTimeout(address, PAUSE);
}

/** Name and value of each line. */
function headersOf(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const colon = line.indexOf(":");
    return colon === -1 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1)];
  });
}

/** The seed as a number, or what was written, about which the answer has something to say. */
function seedOf(text) {
  return /^ *\d{1,30} *$/.test(text) ? BigInt(text) : text.trim() === "" ? 0 : text;
}

function answered({ report, failure, problems, broken }) {
  result.setAttribute("aria-busy", String(decider.busy));
  const error = byId("request-error");
  error.hidden = !failure && !broken;
  error.textContent = failure ? [failure.message, failure.hint].filter(Boolean).join(": ") : `This could not be decided: ${broken}.`;
  fields.url.setAttribute("aria-invalid", String(Boolean(failure)));
  if (problems) {
    editor.mark(problems);
    byId("problem-count").textContent = countOf(problems);
    byId("problems").replaceChildren(...listOf(problems, (line, column) => editor.jump(line, column)));
  }
  if (report) {
    const [kind, said] = verdict(report);
    byId("verdict").className = `verdict ${kind}`;
    byId("verdict").replaceChildren(...said);
    byId("parts").replaceChildren(...partsOf(report));
  } else {
    byId("verdict").className = "verdict refused";
    byId("verdict").replaceChildren(element("strong", "", "No answer"), element("span", "", "the request cannot be sent as it is written"));
    byId("parts").replaceChildren();
  }
}

/** Makes the address a link to what is written. */
async function address() {
  const fragment = await toFragment(written());
  shown = fragment ?? "";
  history.replaceState(null, "", fragment === null ? location.pathname : `#${fragment}`);
  return fragment;
}

async function share() {
  if ((await address()) === null) {
    return notify("This is too long for a link.");
  }
  try {
    await navigator.clipboard.writeText(location.href);
    notify("The link is in the clipboard.");
  } catch {
    notify("The link is in the address bar.");
  }
}

function notify(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = text === "";
}

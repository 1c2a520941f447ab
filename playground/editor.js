// The editor: a textarea as large as its text, with the rows that are in view beneath it, which have the colours, the line
// numbers and the marks of problems. However long the text is, only some rows exist.
import { parts } from "./colours.js";
import { element } from "./element.js";

const ROW = 20;
const PADDING = 8;
/** Rows above and below the visible ones. */
const SPARE = 10;
/** So many lines browsers lay out while somebody types; the largest clusters have fewer. */
const MOST_LINES = 70_000;
/** A line that is longer is shown without colours. */
const LONG = 2000;

export class Editor {
  #scroller;
  #textarea;
  #rows;
  /** The text: to ask the textarea for it costs as much as the text is long. */
  #text = "";
  /** Where each line begins. */
  #begins = [0];
  /** The worst problem of each line that has some. */
  #marks = new Map();
  #frame = 0;
  #cut;

  /** `changed` is called when something was typed, `cut` with how many lines were kept of a text that has too many. */
  constructor(scroller, changed, cut) {
    this.#cut = cut;
    this.#scroller = scroller;
    this.#textarea = scroller.querySelector("textarea");
    this.#rows = scroller.querySelector(".rows");
    this.#textarea.addEventListener("input", () => {
      this.#measure();
      changed();
    });
    this.#textarea.addEventListener("keydown", (event) => this.#indent(event));
    scroller.addEventListener("scroll", () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(scroller);
  }

  get text() {
    return this.#text;
  }

  set text(text) {
    this.#textarea.value = text;
    this.#marks.clear();
    this.#measure();
    this.#scroller.scrollTo(0, 0);
  }

  /** Marks the lines of problems. */
  mark(problems) {
    this.#marks.clear();
    for (const problem of problems) {
      const there = this.#marks.get(problem.line);
      if (problem.line !== null && (!there || (there.severity === "warning" && problem.severity === "error"))) {
        this.#marks.set(problem.line, problem);
      }
    }
    this.#draw();
  }

  /** Puts the cursor there. */
  jump(line, column) {
    const begin = this.#begins[Math.min(line, this.#begins.length) - 1] ?? 0;
    const place = Math.min(begin + [...this.#line(line).slice(0, column * 2)].slice(0, column - 1).join("").length, this.text.length);
    this.#textarea.focus({ preventScroll: true });
    this.#textarea.setSelectionRange(place, place);
    const top = PADDING + (line - 1) * ROW - this.#scroller.clientHeight / 2;
    this.#scroller.scrollTo({ top, left: 0 });
  }

  /** A new line begins where the line before it does. */
  #indent(event) {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { selectionStart, value } = this.#textarea;
    const before = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
    const indentation = before.match(/^ */)[0];
    // As typed, so that it can be undone; there is no other way to do that.
    if (indentation && document.execCommand("insertText", false, `\n${indentation}`)) {
      event.preventDefault();
    }
  }

  /** Finds the lines, and gives the textarea the size of its text. */
  #measure() {
    const text = (this.#text = this.#textarea.value);
    const begins = [0];
    let longest = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
      if (begins.length === MOST_LINES) {
        // Before the browser tries to lay it out.
        this.#textarea.value = text.slice(0, at);
        this.#cut(MOST_LINES);
        return this.#measure();
      }
      longest = Math.max(longest, at - begins[begins.length - 1]);
      begins.push(at + 1);
    }
    longest = Math.max(longest, text.length - begins[begins.length - 1]);
    this.#begins = begins;
    const { style } = this.#textarea;
    const height = `${begins.length * ROW + 2 * PADDING}px`;
    // Wide in steps, for a new size lays all of the text out anew. Beyond this the textarea scrolls by itself.
    const width = `calc(${Math.min(Math.ceil((longest + 2) / 40) * 40, LONG)}ch + 84px)`;
    if (style.height !== height || style.width !== width) {
      Object.assign(style, { height, width });
    }
    this.#draw();
  }

  #line(number) {
    const begin = this.#begins[number - 1] ?? this.text.length;
    const end = this.#begins[number] === undefined ? this.text.length : this.#begins[number] - 1;
    return this.text.slice(begin, end);
  }

  #draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const { scrollTop, clientHeight } = this.#scroller;
      const first = Math.max(1, Math.floor((scrollTop - PADDING) / ROW) - SPARE);
      const last = Math.min(this.#begins.length, Math.ceil((scrollTop + clientHeight) / ROW) + SPARE);
      const rows = [];
      let isLong = false;
      for (let number = first; number <= last; number++) {
        const line = this.#line(number);
        isLong ||= line.length > LONG;
        rows.push(this.#row(number, line.length > LONG ? "" : line));
      }
      this.#scroller.classList.toggle("plain", isLong);
      this.#rows.replaceChildren(...rows);
    });
  }

  #row(number, line) {
    const text = element("span", "line", ...parts(line).map(([kind, part]) => (kind ? element("span", kind, part) : part)));
    const problem = this.#marks.get(number);
    const row = element("div", `row ${problem?.severity ?? ""}`, text, problem && element("span", "said", problem.message));
    row.dataset.number = number;
    row.style.top = `${PADDING + (number - 1) * ROW}px`;
    return row;
  }
}

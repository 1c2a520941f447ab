// The list of problems, each of which leads to its line.
import { element } from "./element.js";

/** So many problems are listed; a slip in the first line of a large text can make thousands. */
const LISTED = 100;

/** The list's items; `jump` is called with the place of the one that was chosen. */
export function listOf(problems, jump) {
  const items = problems.slice(0, LISTED).map(({ line, column, severity, code, message, hint }) => {
    const place = element("span", "place", line === null ? "all" : `${line}:${column}`);
    const text = element("span", "message", message, " ", element("span", "code", code));
    const button = element("button", severity, element("span", "badge", severity), place, text, hint && element("span", "hint", hint));
    button.type = "button";
    if (line !== null) {
      button.addEventListener("click", () => jump(line, column));
    }
    return element("li", "", button);
  });
  if (problems.length > LISTED) {
    items.push(element("li", "none", `and ${problems.length - LISTED} more`));
  }
  return items;
}

/** How many there are, in words. */
export function countOf(problems) {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const number = (count, what) => (count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"}`]);
  return [...number(errors, "error"), ...number(problems.length - errors, "warning")].join(", ") || "none";
}

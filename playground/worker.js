// Decides, beside the page, so that a large text never holds up typing.
import { check, explain, init } from "./js/browser.js";

const ready = init();

addEventListener("message", async ({ data: { text, request, seed, front } }) => {
  try {
    await ready;
    const report = explain(text, request, { seed, front });
    postMessage(report.error ? { failure: report.error, problems: check(text) } : { report, problems: report.problems });
  } catch (error) {
    postMessage({ broken: String(error) });
  }
});

// Answers calls of the package: a line of JSON on the standard input is a call, a line on the standard output its answer.
import { createInterface } from "node:readline";

import * as httproute from "../../../dist/js/node.js";

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { name, arguments: given, seeds } = JSON.parse(line);
  const answers = Array.from({ length: seeds }, (_, seed) => httproute[name](...given, { seed }));
  console.log(JSON.stringify(answers.map((answer) => JSON.stringify(answer, null, 2))));
}

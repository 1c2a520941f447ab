// The colours of a line of YAML. Only for the eye: what is right and wrong is decided elsewhere.

const TOKENS = /(?<comment>(?:^|(?<=\s))#.*$)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|(?<key>[\w$./-]+(?=\s*:(?:\s|$|[{["'])))|(?<mark>^---|[{}[\],])/g;

/** The parts of a line, each with the class of its colour, if it has one. */
export function parts(line) {
  const found = [];
  let at = 0;
  for (const match of line.matchAll(TOKENS)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (match.index > at) {
      found.push(["", line.slice(at, match.index)]);
    }
    found.push([kind, match[0]]);
    at = match.index + match[0].length;
  }
  if (at < line.length) {
    found.push(["", line.slice(at)]);
  }
  return found;
}

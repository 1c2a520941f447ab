// What was changed between two requests.

/** The lines of a request, each with what became of it: "" (kept), "added" or "removed". */
export function changes(before, after) {
  const lines = [];
  const [was, is] = [first(before), first(after)];
  if (was === is) {
    lines.push(["", is]);
  } else {
    lines.push(["removed", was], ["added", is]);
  }
  // Equal lines stand for each other, each once.
  const left = new Map();
  for (const header of after.headers) {
    left.set(line(header), (left.get(line(header)) ?? 0) + 1);
  }
  for (const header of before.headers) {
    const count = left.get(line(header)) ?? 0;
    left.set(line(header), Math.max(count - 1, 0));
    lines.push([count > 0 ? "" : "removed", line(header)]);
  }
  const added = after.headers.map(line).reverse().filter((text) => {
    const count = left.get(text);
    left.set(text, Math.max(count - 1, 0));
    return count > 0;
  });
  return lines.concat(added.reverse().map((text) => ["added", text]));
}

/** The lines of a request that stays as it is. */
export function unchanged(request) {
  return [["", first(request)], ...request.headers.map((header) => ["", line(header)])];
}

function first({ method, scheme, authority, path }) {
  return `${method} ${scheme}://${authority}${path}`;
}

function line({ name, value }) {
  return `${name}: ${value}`;
}

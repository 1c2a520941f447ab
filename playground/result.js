// What happens to the request, for people.
import { changes, unchanged } from "./changes.js";
import { element } from "./element.js";

/** So many rules are shown at once; the others on demand. */
const RULES = 40;
const PROXIES = { envoy: "Envoy", istio: "Istio’s gateway", "envoy-gateway": "Envoy Gateway’s proxy" };
const SIGNS = { "": " ", added: "+", removed: "−" };

/** The one sentence that says it all, and the class of its colour. */
export function verdict(report) {
  const { listener, reply, backend, winner } = report;
  const where = listener
    ? `${listener.gateway ? `Listener ${listener.gateway}/${listener.name}` : "No Gateway: a listener stands in"}, ${listener.protocol} on port ${listener.port}`
    : "No listener takes this request";
  const by = winner ? `, decided by ${nameOf(winner)}` : "";
  const small = element("small", "", where + by);
  if (reply) {
    const said = reply.location ?? (reply.body.trim() || "answered by the proxy, without a body");
    return [reply.status < 400 ? "answered" : "refused", [element("strong", "", `${reply.status}`), element("span", "", said), small]];
  }
  if (report.request.after) {
    const chosen = backend.shares.find((share) => share.cluster === backend.chosen)?.reference ?? backend.chosen;
    return ["forwarded", [element("span", "", "Forwarded to"), element("strong", "", chosen ?? "where the proxy sends it"), small]];
  }
  if (report.front?.reset) {
    return ["refused", [element("strong", "", "No answer"), element("span", "", report.front.steps.at(-1)), small]];
  }
  return ["refused", [element("strong", "", "No connection"), element("span", "", report.problems.at(-1)?.message ?? ""), small]];
}

/** The parts of the explanation, one below the other. */
export function partsOf(report) {
  const { front, candidates, request, reply, backend, mirrors, response } = report;
  const received = request.received ?? request.before;
  const parts = front ? [part(`${PROXIES[front.proxy]} first`, ...proxy(front, request))] : [];
  if (!front || request.received) {
    parts.push(part("Rules, in the order of precedence", rules(candidates)));
  }
  if (request.after) {
    parts.push(part("Request, as the backend gets it", lines(changes(received, request.after))));
  } else {
    parts.push(part("Request", lines(unchanged(request.before)), element("p", "none", reply ? "No backend gets it." : "It is not sent.")));
  }
  if (backend.shares.length > 0) {
    parts.push(part("Backends", ...shares(backend)));
  }
  if (mirrors.length > 0) {
    const copies = mirrors.flatMap((mirror) => [
      element("h4", "", `A copy to ${mirror.cluster}`),
      lines(changes(received, mirror.request)),
    ]);
    parts.push(part("Mirrors", ...copies));
  }
  if (response.length > 0) {
    parts.push(part("Changes to the response", lines(response.map(change))));
  }
  return parts;
}

/** What the proxy did before the module saw the request. */
function proxy({ steps }, { before, received }) {
  const list = steps.length > 0 ? [element("ul", "steps", ...steps.map((step) => element("li", "", step)))] : [];
  return received ? [...list, lines(changes(before, received))] : list;
}

function part(title, ...children) {
  return element("section", "part", element("h3", "", title), ...children);
}

function nameOf({ route, rule, name }) {
  return name ? `${route}, rule ${rule} “${name}”` : `${route}, rule ${rule}`;
}

function rules(candidates) {
  if (candidates.length === 0) {
    return element("p", "none", "No route is attached to this listener.");
  }
  const list = element("ol", "rules", ...candidates.slice(0, RULES).map(rule));
  const box = element("div", "", list);
  const rest = candidates.slice(RULES);
  if (rest.length > 0) {
    const winner = rest.find((candidate) => candidate.lost === null);
    if (winner) {
      list.append(rule(winner));
    }
    const more = element("button", "more", `Show all ${candidates.length} rules`);
    more.type = "button";
    more.addEventListener("click", () => {
      list.replaceChildren(...candidates.map(rule));
      more.remove();
    });
    box.append(more);
  }
  return box;
}

function rule(candidate) {
  const won = candidate.lost === null;
  return element(
    "li",
    won ? "winner" : "",
    element("span", "sign", won ? "✓" : "✗"),
    element(
      "div",
      "",
      element(
        "div",
        "head",
        element("span", "condition mono", candidate.condition),
        element("span", "rule", `${nameOf(candidate)}, match ${candidate.match}`),
      ),
      element("div", "why", won ? "this one wins" : candidate.lost),
    ),
  );
}

function lines(changed) {
  return element("div", "lines", ...changed.map(([kind, text]) => element("div", kind, element("i", "", SIGNS[kind]), element("span", "", text))));
}

function change({ action, name, value }) {
  switch (action) {
    case "set":
      return ["added", `${name}: ${value}   (instead of what the backend sets)`];
    case "add":
      return ["added", `${name}: ${value}`];
    default:
      return ["removed", name];
  }
}

/** Milliseconds, for people. */
function time(limit) {
  return limit === 0 ? "no limit" : limit % 1000 === 0 ? `${limit / 1000} s` : `${limit} ms`;
}

function shares({ shares, chosen, timeouts }) {
  const sum = shares.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = shares.findIndex(({ cluster }) => cluster !== null && cluster === chosen);
  const bar = element("div", "shares");
  bar.setAttribute("aria-hidden", "true");
  const legend = element("ul", "legend");
  shares.forEach(({ cluster, reference, weight }, place) => {
    const tone = cluster === null ? "tone-500" : `tone-${place % 5}`;
    const piece = element("span", tone);
    piece.style.flexGrow = weight;
    bar.append(piece);
    const name = reference ?? cluster ?? "a reference";
    const said = cluster === null ? `${name} cannot be resolved: 500` : `${name}${place === drawn ? " ← this request" : ""}`;
    const percent = `${(100 * weight / sum).toFixed(1)} %`;
    legend.append(
      element("li", "", element("span", `dot ${tone}`), element("span", place === drawn ? "mono chosen" : "mono", said), element("span", "percent", percent)),
    );
  });
  const limits = [
    [timeouts.request, "for the whole request"],
    [timeouts.backendRequest, "for each try"],
  ].filter(([limit]) => limit !== null);
  const told = limits.map(([limit, what]) => `${time(limit)} ${what}`).join(", ");
  return [bar, legend, told && element("p", "none", `Timeouts: ${told}`)].filter(Boolean);
}

/**
 * Check Gateway API manifests, and see where a request goes and why.
 *
 * Nothing throws for bad input: `check` tells it as a problem, `explain` and `plan` as an object with `error`.
 */

/**
 * Loads the WebAssembly, in a browser: once, before anything else. In Node nothing needs to be loaded, and this does nothing.
 *
 * @param source where it is, if not beside the package's code
 */
export function init(source?: string | URL | Request | Response | BufferSource | WebAssembly.Module): Promise<void>;

/**
 * All that is wrong with manifests, in the order of the text.
 *
 * @param text YAML or JSON, any number of objects
 */
export function check(text: string | Uint8Array): Problem[];

/**
 * Why a request goes where it goes, and what becomes of it: what `httproute explain -o json` prints.
 *
 * @param text manifests, as in `check`. Where they hold no Gateway, all their routes are served on the port of the URL
 */
export function explain(text: string | Uint8Array, request: ExplainRequest, options?: ExplainOptions): Report | Failure;

/**
 * What the module `httproute` with this configuration does with a request.
 *
 * @param config as in docs/configuration.md: an object, or its JSON
 */
export function plan(config: object | string | Uint8Array, request: PlanRequest, options?: Options): Plan | Failure;

export interface Options {
  /**
   * What random draws follow from: which of several backends is chosen, and which sampled mirrors get a copy. A whole number below
   * 2^64; 0 otherwise.
   */
  seed?: number | bigint;
}

/** What the proxy does to a request before the module sees it: by default Envoy, as `httproute render envoy` configures it. */
export interface ExplainOptions extends Options {
  /** The proxy that the module runs in; `none` for the module alone. */
  front?: "envoy" | "istio" | "envoy-gateway" | "none";
  /** What to do with an underscore in a header name. Left out: `reject`, but `allow` if a rule matches such a header. */
  underscores?: "reject" | "drop" | "allow";
  /** What to do with `%2F` and `%5C` in a path; `redirect` if left out. */
  escapedSlashes?: "redirect" | "keep" | "reject" | "decode";
  /** Whether several slashes in a path are one; true if left out. */
  mergeSlashes?: boolean;
  /** How many trusted proxies are in front; 0 if left out. */
  trustedHops?: number;
}

/** A request as a client sends it. */
export interface ExplainRequest {
  /** `GET` where it is left out. */
  method?: string;
  /** Where it is sent, as `http://shop.example.com/cart?item=1`. */
  url: string;
  /** A header `host` replaces the host of the URL. */
  headers?: ReadonlyArray<readonly [name: string, value: string]>;
  /** What is sent instead of the path and query of the URL, as it is: `*`, for example. */
  target?: string;
  /** Whether it is sent in HTTP/2; left out: if the URL is one of `https`. */
  http2?: boolean;
}

/** A request as a proxy gets it. */
export interface PlanRequest {
  /** `GET` where it is left out. */
  method?: string;
  /** Where it is sent, as `http://shop.example.com/cart?item=1`. Its port is that of the listener. */
  url: string;
  /**
   * Values that are not UTF-8 are bytes. A pseudo-header (`:authority`, `:path`, `:method`, `:scheme`) replaces that part of the URL,
   * byte by byte.
   */
  headers?: ReadonlyArray<readonly [name: string, value: string | Uint8Array | readonly number[]]>;
}

/** Why there is no answer. */
export interface Failure {
  error: {
    code: FailureCode;
    /** What is wrong. */
    message: string;
    /** What to do about it; empty where the message says it already. */
    hint: string;
  };
}

export type FailureCode =
  /** An argument is of another type, or cannot be written as JSON. */
  | "InvalidArgument"
  /** The request is none that a client can send. */
  | "InvalidRequest"
  /** A text is longer than 16 MiB. */
  | "TooLarge"
  /** The configuration is not JSON. */
  | "NotJson"
  /** The configuration is not of the documented form. */
  | "NotOfThisForm"
  /** The configuration is of a version that this package does not know. */
  | "NewerVersion"
  /** `init` has not been awaited. */
  | "NotReady"
  /** It took more memory than there is. */
  | "Internal";

/** Something that is wrong with manifests or with a configuration. */
export interface Problem {
  /** `-` for the text, null where it is about no place. */
  file: string | null;
  /** From 1. */
  line: number | null;
  /** From 1, in characters. */
  column: number | null;
  /** An error is not carried out. A warning is something to look at. */
  severity: "error" | "warning";
  /** A stable name; docs/configuration.md and docs/cli.md list them. */
  code: string;
  /** What is wrong. */
  message: string;
  /** What to do about it; empty where the message says it already. */
  hint: string;
  /** A JSON pointer into the object, or into the configuration. */
  pointer: string;
}

/** Why a request goes where it goes, and what becomes of it. */
export interface Report {
  error?: undefined;
  /** The listener that the request belongs to; null where there is none for its port, protocol and host. */
  listener: Listener | null;
  /** What the proxy did before the module saw the request; null with `front: "none"`. */
  front: Front | null;
  winner: Match | null;
  /** Every match of the routes that are attached to the listener, in the order of precedence. */
  candidates: Candidate[];
  request: {
    /** As the client sends it. */
    before: Message<string>;
    /** As the module gets it; null if the proxy answers by itself, and with `front: "none"`. */
    received: Message<string> | null;
    /** As the backend gets it; null where it gets none. */
    after: Message<string> | null;
  };
  /** The answer of the proxy itself. */
  reply: Reply | null;
  backend: Destination<ReportShare>;
  mirrors: Mirror<string>[];
  /** Changes to the response's headers, in the order of execution. */
  response: HeaderChange[];
  problems: Problem[];
}

/** What a module does with a request. */
export interface Plan {
  error?: undefined;
  winner: Match | null;
  request: {
    before: Message<Text>;
    /** As the backend gets it; null where it gets none. */
    after: Message<Text> | null;
  };
  /** The answer of the module itself. */
  reply: Reply | null;
  backend: Destination<Share>;
  mirrors: Mirror<Text>[];
  /** Changes to the response's headers, in the order of execution. */
  response: HeaderChange[];
  problems: Problem[];
}

/** Text, and bytes where it is not UTF-8. */
export type Text = string | number[];

export interface Listener {
  /** `namespace/name`; null where a listener stands in for a missing Gateway. */
  gateway: string | null;
  name: string | null;
  port: number;
  protocol: string;
  /** Null for all hosts. */
  hostname: string | null;
}

export interface Front {
  proxy: "envoy" | "istio" | "envoy-gateway";
  /** What it changed or answered, a sentence each. */
  steps: string[];
  /** Whether it reset the stream, so that the client got no answer. */
  reset: boolean;
}

/** One match of one rule of one route. */
export interface Match {
  /** `namespace/name`. */
  route: string;
  /** The place of the rule, from 0. */
  rule: number;
  /** The place of the match in the rule, from 0. */
  match: number;
  /** The name of the rule, where it has one. */
  name?: string;
}

export interface Candidate extends Match {
  /** What it asks of a request, in words. */
  condition: string;
  /** The first reason why it lost; null for the winner. */
  lost: string | null;
}

export interface Message<T> {
  method: T;
  scheme: T;
  authority: T;
  /** Path and query. */
  path: T;
  headers: { name: T; value: T }[];
}

export interface Reply {
  status: number;
  location: string | null;
  body: string;
  /** What the proxy's access log shows as the details of the response code. */
  details: string;
}

export interface Destination<S> {
  /** The upstream that this request goes to. */
  chosen: string | null;
  /** How the requests of the rule are split. */
  shares: S[];
  /** In milliseconds; null where there is none, 0 for ever. */
  timeouts: { request: number | null; backendRequest: number | null };
}

export interface Share {
  /** Null where the reference cannot be resolved: this part is answered with 500. */
  cluster: string | null;
  /** Of the sum of all weights. */
  weight: number;
}

export interface ReportShare extends Share {
  /** The reference as it is written: `shop/cart:8080`. */
  reference: string | null;
}

export interface Mirror<T> {
  cluster: string;
  /** The copy. */
  request: Message<T>;
}

export type HeaderChange =
  | { action: "set" | "add"; name: string; value: string }
  | { action: "remove"; name: string };

/**
 * A typed client of Freehold's API.
 *
 * It uses the browser's session (a cookie that scripts cannot read), or a bearer token; every response that is not a
 * success is thrown as a {@link Problem}.
 */
import createClient, { type Client } from "openapi-fetch";

import { Problem, problemOf } from "./problem";
import type { components, paths } from "./schema";

export { Problem, problemOf, type FieldProblem, type ProblemBody } from "./problem";
export type { components, operations, paths } from "./schema";

/** The schemas of the API by name: `Schemas["NavigationResponse"]`. */
export type Schemas = components["schemas"];

export interface Options {
  /** The tenant's address, such as `https://acme.example.com`; in a browser by default the page's own. */
  baseUrl?: string;
  /** A bearer token or API key, for programs. Browsers have a session instead. */
  token?: string;
  /** Called for each 401, before it is thrown: the session has ended, or lacks a factor. */
  onUnauthenticated?: (problem: Problem) => void;
  /**
   * Called when a response says that definitions (objects, fields, apps, pages, shared views) or the caller's rights are
   * others than before: what was read of them is to be read again.
   */
  onMetadataChange?: () => void;
  fetch?: (request: Request) => Promise<Response>;
}

export type Freehold = Client<paths>;

export function createFreehold(options: Options = {}): Freehold {
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const watch = metadataWatch(options.onMetadataChange);
  const client = createClient<paths>({
    baseUrl: options.baseUrl ?? globalThis.location?.origin ?? "",
    credentials: "same-origin",
    querySerializer: serialized,
    fetch: async (request: Request) => {
      const sentAt = performance.now();
      try {
        const response = await send(request);
        watch(response, sentAt);
        return response;
      } catch (error) {
        if (request.signal.aborted) throw error;
        throw new Problem({ status: 0, code: "offline", detail: "The service cannot be reached." });
      }
    },
  });
  client.use({
    onRequest({ request }) {
      if (options.token !== undefined) request.headers.set("authorization", `Bearer ${options.token}`);
      return request;
    },
    async onResponse({ response }) {
      if (response.ok || response.status === 304) return;
      const problem = await problemOf(response);
      if (problem.status === 401) options.onUnauthenticated?.(problem);
      throw problem;
    },
  });
  return client;
}

/** Compares the `Metadata-Version` of responses. Those to requests that were sent before the last change say nothing new. */
function metadataWatch(onChange: (() => void) | undefined): (response: Response, sentAt: number) => void {
  let known: string | undefined;
  let since = 0;
  return (response, sentAt) => {
    if (response.status === 401) known = undefined;
    const version = response.headers.get("metadata-version");
    if (version === null || version === known || sentAt < since) return;
    const isChange = known !== undefined;
    known = version;
    since = performance.now();
    if (isChange) onChange?.();
  };
}

/** The If-Match header for a record or definition of this version. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** Query parameters as the API reads them: lists joined by commas, filters as `filter[field][operator]`. */
export function serialized(query: Record<string, unknown>): string {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) pairs.push([name, value.join(",")]);
    else if (typeof value === "object") pairs.push(...nested(name, value as Record<string, unknown>));
    else pairs.push([name, String(value)]);
  }
  return new URLSearchParams(pairs).toString();
}

function nested(prefix: string, value: Record<string, unknown>): [string, string][] {
  return Object.entries(value).flatMap(([name, one]): [string, string][] => {
    const path = `${prefix}[${name}]`;
    if (typeof one === "object" && one !== null) return nested(path, one as Record<string, unknown>);
    return [[path, String(one)]];
  });
}

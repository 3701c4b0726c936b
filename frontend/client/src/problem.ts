/** Errors of the API: problem details (RFC 9457). */

export interface FieldProblem {
  field: string;
  code: string;
  message: string;
  didYouMean?: string;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status: number;
  detail?: string;
  code: string;
  requestId?: string;
  errors?: FieldProblem[];
  [extension: string]: unknown;
}

/** A response that is not a success, or a request that got no response (`status` 0, `code` "offline"). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody;
  /** Seconds of the Retry-After header, if there is one. */
  readonly retryAfter: number | undefined;

  constructor(body: ProblemBody, retryAfter?: number) {
    super(body.detail ?? body.title ?? body.code);
    this.name = "Problem";
    this.status = body.status;
    this.code = body.code;
    this.body = body;
    this.retryAfter = retryAfter;
  }

  get errors(): FieldProblem[] {
    return this.body.errors ?? [];
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  const fallback: ProblemBody = { status: response.status, code: `http-${response.status}` };
  try {
    const body: unknown = await response.clone().json();
    if (typeof body === "object" && body !== null && "code" in body) {
      return new Problem({ ...fallback, ...(body as Partial<ProblemBody>) }, retryAfter);
    }
  } catch {
    // A proxy in front may respond with something else than JSON.
  }
  return new Problem(fallback, retryAfter);
}

/** Errors in words for people. */
import { Problem } from "@freehold/client";

import { m } from "~/paraglide/messages";

export function messageOf(error: unknown): string {
  if (!(error instanceof Problem)) return m.unexpected({ id: "–" });
  if (error.status === 0) return m.offline();
  if (error.status === 429) return m.wait({ seconds: error.retryAfter ?? 1 });
  if (error.status >= 500 && error.status !== 503) return m.unexpected({ id: error.body.requestId ?? "–" });
  const [first] = error.errors;
  return first ? first.message : error.message;
}

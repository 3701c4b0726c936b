/** Errors in words for people. */
import { Problem } from "@freehold/client";

import { m } from "~/paraglide/messages";

export function messageOf(error: unknown): string {
  if (!(error instanceof Problem)) return m.unexpected({ id: "–" });
  if (error.status === 0) return m.offline();
  if (error.status === 429) return m.wait({ seconds: error.retryAfter ?? 1 });
  if (error.code === "tenant-suspended") return `${m.blocked_suspended_title()}. ${m.blocked_suspended()}`;
  if (error.code === "not-authenticated") return m.session_lost();
  if (error.status >= 500 && error.status !== 503) return m.unexpected({ id: error.body.requestId ?? "–" });
  const [first] = error.errors;
  return first ? first.message : error.message;
}

/** Events of the audit trail in words, and the filter of the address. */
import type { Schemas } from "@freehold/client";

import { fromLocal } from "~/fields/zones";

export type Event = Schemas["AuditResponse"];

export interface AuditSearch {
  actor?: string;
  action?: string;
  subject?: string;
  since?: string;
  until?: string;
}

const NAMES = ["actor", "action", "subject", "since", "until"] as const;

export function auditSearch(search: Record<string, unknown>): AuditSearch {
  return Object.fromEntries(NAMES.flatMap((name) => (typeof search[name] === "string" && search[name] !== "" ? [[name, search[name]]] : [])));
}

/** The API's parameters: days are those of the zone, the last one included. What is no day is left out. */
export function auditQuery({ since, until, ...rest }: AuditSearch, zone: string): Record<string, string> {
  const from = since === undefined ? null : fromLocal(`${since}T00:00`, zone);
  const to = until === undefined ? null : fromLocal(`${dayAfter(until)}T00:00`, zone);
  return { ...rest, ...(from === null ? {} : { since: from }), ...(to === null ? {} : { until: to }) };
}

function dayAfter(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return day;
  return new Date(at.getTime() + 86_400_000).toISOString().slice(0, 10);
}

/** `role.permissions` is about a `role`, whose `permissions` were changed. */
export function partsOf(action: string): { kind: string; act: string } {
  const [kind = "", act = ""] = action.split(".", 2);
  return { kind, act };
}

export interface DetailLine {
  name: string;
  text: string;
}

/** The further values of an event, one a line; what was changed as "before → after". */
export function detailLines(detail: Record<string, unknown>): DetailLine[] {
  const { before, after, ...rest } = detail;
  const changes = isObject(before) && isObject(after) ? Object.keys({ ...before, ...after }).map((name) => ({ name: words(name), text: `${textOf(before[name])} → ${textOf(after[name])}` })) : [];
  const others = Object.entries(changes.length > 0 ? rest : detail).map(([name, value]) => ({ name: words(name), text: textOf(value) }));
  return [...changes, ...others];
}

/** "mfaRequired" and "mfa_required" as "mfa required". */
export function words(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").replaceAll(/[_-]+/g, " ").toLowerCase();
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map(textOf).join(", ");
  if (isObject(value)) return Object.entries(value).map(([name, one]) => `${words(name)}: ${textOf(one)}`).join("; ") || "–";
  if (typeof value === "boolean") return value ? "✓" : "✗";
  return String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

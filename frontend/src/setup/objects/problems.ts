/** Refusals of changes in words for people, with the input that each belongs to. */
import { Problem } from "@freehold/client";

import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import type { NameFault } from "~/setup/objects/names";

const WORDS: Record<string, () => string> = {
  "name-taken": m.objects_name_taken,
  "invalid-name": m.objects_name_grammar,
  "name-too-long": m.objects_name_too_long,
  "reserved-name": m.objects_name_reserved,
  "options-missing": m.option_none,
  "duplicate-option": m.option_value_taken,
  "object-busy": m.objects_busy,
};

export const NAME_FAULTS: Record<NameFault, () => string> = {
  missing: m.objects_name_missing,
  "too-long": m.objects_name_too_long,
  grammar: m.objects_name_grammar,
  reserved: m.objects_name_reserved,
  taken: m.objects_name_taken,
};

export interface Refused {
  /** By the first part of their place: `options` for `options.3`. */
  inputs: Record<string, string>;
  /** What belongs to no input of the form. */
  rest: string;
  /** Records that do not fit, and the ids of the first. */
  misfits: { count: number; ids: string[] } | null;
}

export const NOTHING_REFUSED: Refused = { inputs: {}, rest: "", misfits: null };

/**
 * @param inputs the names of the inputs of the form.
 * @param changed those that were changed: records that do not fit are said at the one that they do not fit.
 */
export function refusedOf(error: unknown, inputs: readonly string[], changed: readonly string[] = []): Refused {
  if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) return { ...NOTHING_REFUSED, rest: messageOf(error) };
  const misfits = misfitsOf(error);
  const narrowed = NARROWING.filter((one) => changed.includes(one));
  if (misfits && narrowed.length === 1) return { inputs: { [narrowed[0]!]: MISFITS[narrowed[0]!]({ count: misfits.count }) }, rest: "", misfits };
  const found: Record<string, string> = {};
  const rest: string[] = [];
  for (const one of error.errors) {
    const place = one.field.split(".")[0] ?? "";
    const words = WORDS[one.code]?.() ?? sentence(one.message);
    if (inputs.includes(place)) found[place] ??= words;
    else rest.push(words);
  }
  if (error.errors.length === 0) rest.push(WORDS[error.code]?.() ?? messageOf(error));
  return { inputs: found, rest: rest.join(" "), misfits };
}

/** Inputs that can make a field narrower than its records, and what does not fit then. */
const MISFITS = {
  required: m.field_misfit_required, unique: m.field_misfit_unique, maxLength: m.field_misfit_length, options: m.field_misfit_options,
  precision: m.field_misfit_digits, scale: m.field_misfit_digits, target: m.field_misfit_target, type: m.field_misfit_type,
} as const;
const NARROWING = Object.keys(MISFITS) as (keyof typeof MISFITS)[];

function misfitsOf({ code, body }: Problem): Refused["misfits"] {
  const records = body.records as { count?: number; ids?: unknown[] } | undefined;
  if (code !== "would-break-data" || typeof records?.count !== "number") return null;
  return { count: records.count, ids: (records.ids ?? []).map(String) };
}

/** Messages about values begin in lower case, since they follow the name of a field elsewhere. */
function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

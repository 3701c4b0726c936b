/** Refusals of changes in words for people, with the input that each belongs to. */
import { Problem, type FieldProblem } from "@freehold/client";

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

/** @param inputs the names of the inputs of the form. */
export function refusedOf(error: unknown, inputs: readonly string[]): Refused {
  if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) return { ...NOTHING_REFUSED, rest: messageOf(error) };
  const found: Refused = { inputs: {}, rest: "", misfits: misfitsOf(error) };
  const rest: string[] = [];
  for (const one of error.errors) {
    const place = one.field.split(".")[0] ?? "";
    const words = wordsOf(one);
    if (inputs.includes(place)) found.inputs[place] ??= words;
    else rest.push(words);
  }
  return { ...found, rest: rest.length > 0 || error.errors.length > 0 ? rest.join(" ") : (WORDS[error.code]?.() ?? messageOf(error)) };
}

function wordsOf({ code, message }: FieldProblem): string {
  const words = WORDS[code]?.() ?? sentence(message);
  return code === "would-break-data" && /options given|to lose/.test(message) ? `${words} ${m.option_archive_instead()}` : words;
}

function misfitsOf({ code, body }: Problem): Refused["misfits"] {
  if (code !== "would-break-data" || typeof body.count !== "number") return null;
  return { count: body.count, ids: Array.isArray(body.ids) ? body.ids.map(String) : [] };
}

/** Messages about values begin in lower case, since they follow the name of a field elsewhere. */
function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

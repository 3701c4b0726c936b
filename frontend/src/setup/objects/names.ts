/** Names of objects and fields: suggested from labels, and checked as the service does. */
import { asciiName, firstFree } from "~/app/asciiName";

export const LONGEST_NAME = 40;
const GRAMMAR = /^[a-z](?:_?[a-z0-9])*$/;
const FILTER_WORDS = ["and", "or", "not"];
const SYSTEM_OBJECTS = [
  "api_keys", "apps", "audit", "drift", "fields", "me", "objects", "pages", "permissions", "records", "roles", "sessions", "tenant",
  "tenants", "users", "views",
];

export type NameFault = "missing" | "too-long" | "grammar" | "reserved" | "taken";

export interface NameRules {
  /** Names that others have. */
  taken: readonly string[];
  reserved: readonly string[];
}

export function objectNameRules(objects: readonly string[]): NameRules {
  return { taken: objects, reserved: SYSTEM_OBJECTS };
}

/** `system` are the names of the fields that every record has. */
export function fieldNameRules(fields: readonly string[], system: readonly string[]): NameRules {
  return { taken: fields, reserved: [...FILTER_WORDS, ...system] };
}

export function faultOfName(name: string, rules: NameRules): NameFault | null {
  if (name === "") return "missing";
  if (name.length > LONGEST_NAME) return "too-long";
  if (!GRAMMAR.test(name)) return "grammar";
  if (rules.reserved.includes(name)) return "reserved";
  return rules.taken.includes(name) ? "taken" : null;
}

/** A valid name like `next_step` for `Next step`, with a number if others have it; "" for a label without letters. */
export function suggestName(label: string, rules: NameRules): string {
  const plain = asciiName(label, "_");
  if (plain === "") return "";
  return firstFree(/^[a-z]/.test(plain) ? plain : `no_${plain}`, LONGEST_NAME, (name) => {
    const fault = faultOfName(name, rules);
    return fault !== "taken" && fault !== "reserved";
  });
}

/** The plural of an English label, as the service forms it: `Companies` for `Company`. */
export function pluralOf(label: string): string {
  if (label === "") return "";
  if (/(ss|x|ch|sh)$/i.test(label)) return `${label}es`;
  if (/[^aeiou]y$/i.test(label)) return `${label.slice(0, -1)}ies`;
  return /s$/i.test(label) ? label : `${label}s`;
}

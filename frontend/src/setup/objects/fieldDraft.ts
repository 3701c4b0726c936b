/** A field while it is edited, and the bodies of requests that create or change it. */
import type { Field } from "~/api";
import { canBeRequired, canBeSearched, canBeUnique, canHaveDefault, canHaveIndex, SETTINGS } from "~/setup/objects/fieldTypes";
import { bodyOf as optionsBody, editedOptions, type EditedOption, type Option } from "~/setup/objects/optionList";
import { cleaned, type Translations } from "~/setup/pieces/translations";

export interface FieldDraft {
  type: string;
  name: string;
  label: string;
  description: string;
  translations: Translations;
  required: boolean;
  unique: boolean;
  index: boolean;
  searchable: boolean;
  history: boolean;
  default: unknown;
  /** Numbers are texts while they are typed. */
  maxLength?: number | string;
  precision?: number | string;
  scale?: number | string;
  options: EditedOption[];
  target?: string;
  onDelete?: string;
  format?: string;
  start?: number | string;
}

export type Body = Record<string, unknown>;

const FIRST_SETTINGS: Record<string, Partial<FieldDraft>> = {
  text: { maxLength: 255 },
  long_text: { maxLength: 16_000 },
  decimal: { precision: 15, scale: 2 },
  lookup: { onDelete: "set_null" },
  auto_number: { format: "{0000}", start: 1 },
};

export function newDraft(type: string): FieldDraft {
  return {
    type, name: "", label: "", description: "", translations: {}, required: false, unique: false, index: false, searchable: false, history: true, default: null,
    options: [], ...FIRST_SETTINGS[type],
  };
}

export function draftOf(field: Field): FieldDraft {
  const settings = Object.fromEntries((SETTINGS[field.type] ?? []).map((name) => [name, field[name as keyof Field]]));
  return {
    type: field.type, name: field.name, label: field.label ?? "", description: field.description ?? "", translations: ((field as { translations?: Translations }).translations ?? {}),
    required: field.required ?? false,
    unique: field.unique ?? false, index: field.index ?? false, searchable: field.searchable ?? false, history: field.history ?? true,
    default: field.default ?? null, ...settings, options: editedOptions((field.options ?? []) as (Option | string)[]),
  };
}

/** The draft with another type: the settings of the type are its first ones, texts become options. */
export function withType(draft: FieldDraft, type: string): FieldDraft {
  const { maxLength: _1, precision: _2, scale: _3, target: _4, onDelete: _5, format: _6, start: _7, ...plain } = draft;
  return { ...plain, type, default: null, options: [], ...FIRST_SETTINGS[type] };
}

/** The whole field as the API takes it: without what its type cannot have. */
export function bodyOf(draft: FieldDraft): Body {
  const body: Body = {
    name: draft.name, label: draft.label.trim(), type: draft.type, description: draft.description.trim(), history: draft.history,
    required: canBeRequired(draft) && draft.required,
    unique: canBeUnique(draft) && draft.unique,
    index: canHaveIndex(draft) && draft.index,
    searchable: canBeSearched(draft) && draft.searchable,
    default: canHaveDefault(draft) ? valueOf(draft.default) : null,
  };
  const translations = cleaned(draft.translations);
  if (Object.keys(translations).length > 0) body.translations = translations;
  for (const name of SETTINGS[draft.type] ?? []) {
    const value = name === "options" ? optionsBody(draft.options) : draft[name as keyof FieldDraft];
    if (value !== undefined) body[name] = value;
  }
  return body;
}

/** The properties that differ; of another type all settings. */
export function changesOf(base: FieldDraft, draft: FieldDraft): Body {
  const before = bodyOf(base);
  const after: Body = { ...(before.translations ? { translations: {} } : {}), ...bodyOf(draft) };
  const settings = base.type === draft.type ? [] : (SETTINGS[draft.type] ?? []);
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => settings.includes(name) || JSON.stringify(before[name]) !== JSON.stringify(value)),
  );
}

/** Whether what uses the field fits as before: its name, type, target and the values of its options are still there. */
export function isHarmless(base: FieldDraft, changes: Body): boolean {
  if ("name" in changes || "type" in changes || "target" in changes) return false;
  if (!("options" in changes)) return true;
  const kept = new Set((changes.options as Option[]).map((one) => one.value));
  return base.options.every((one) => kept.has(one.value));
}

/** What a default holds in a request: the id of a lookup, and null for nothing. */
function valueOf(value: unknown): unknown {
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  return typeof value === "object" && value !== null && "id" in value && "name" in value ? value.id : value;
}

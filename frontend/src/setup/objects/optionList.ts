/** Edits of the options of a choice. Every function returns a new list. */
import { suggestName } from "~/setup/objects/names";
import { cleaned, type Translations } from "~/setup/pieces/translations";

export interface Option {
  /** What records hold. It stays as it is once the option was saved. */
  value: string;
  label: string;
  color?: string;
  /** Whether it cannot be chosen newly. */
  archived?: boolean;
  translations?: Translations;
}

/** An option while it is edited. `key` stays the same while it is moved and relabelled. */
export interface EditedOption extends Option {
  key: string;
  isNew: boolean;
  /** Whether the value was typed, and so does not follow the label. */
  hasOwnValue: boolean;
}

export type OptionFault = "label-missing" | "value-missing" | "value-invalid" | "value-taken";

export const MOST_OPTIONS = 500;
/** Names of Mantine's colours, as the API takes them. */
export const COLOURS = ["gray", "red", "pink", "grape", "violet", "indigo", "blue", "cyan", "teal", "green", "lime", "yellow", "orange", "dark"] as const;
const LONGEST = 100;
const VALUE = /^(?! )[^,"\\\u0000-\u001f\u007f]{1,100}(?<! )$/u;

export function editedOptions(options: readonly (Option | string)[]): EditedOption[] {
  return options.map((one) => {
    const option = typeof one === "string" ? { value: one, label: one } : one;
    return { ...option, key: `old ${option.value}`, isNew: false, hasOwnValue: true };
  });
}

/** A new option at the end. */
export function addOption(options: readonly EditedOption[], label = ""): EditedOption[] {
  const number = options.reduce((most, one) => (one.isNew ? Math.max(most, Number(one.key.slice(4))) : most), 0) + 1;
  return [...options, { key: `new ${number}`, value: valueFor(label, options), label, isNew: true, hasOwnValue: false }];
}

/** The lines of a text as new options; lines that are there already are left out. */
export function addLines(options: readonly EditedOption[], text: string): EditedOption[] {
  let next = [...options];
  for (const line of text.split(/\r?\n/).map((one) => one.trim().slice(0, LONGEST))) {
    if (line === "" || next.some((one) => same(one.label, line) || same(one.value, line))) continue;
    next = addOption(next, line);
  }
  return next;
}

/** Changes properties of one. The value of a new option follows its label until it is typed. */
export function changeOption(options: readonly EditedOption[], key: string, part: Partial<Option>): EditedOption[] {
  return options.map((one) => {
    if (one.key !== key) return one;
    const next = { ...one, ...part };
    if (part.value !== undefined) return { ...next, hasOwnValue: true };
    if (part.label === undefined || !one.isNew || one.hasOwnValue) return next;
    return { ...next, value: valueFor(part.label, options.filter((other) => other !== one)) };
  });
}

export function removeOption(options: readonly EditedOption[], key: string): EditedOption[] {
  return options.filter((one) => one.key !== key);
}

/** Moves the element at one place to another; places beyond the ends are the ends. */
export function move<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [moved] = next.splice(from, 1);
  if (moved === undefined) return next;
  next.splice(Math.max(0, Math.min(to, next.length)), 0, moved);
  return next;
}

export function sortedByLabel(options: readonly EditedOption[], locale: string): EditedOption[] {
  const { compare } = new Intl.Collator(locale, { numeric: true });
  return [...options].sort((one, other) => compare(one.label, other.label));
}

export function faultOfOption(options: readonly EditedOption[], at: number): OptionFault | null {
  const one = options[at];
  if (!one || one.label.trim() === "") return "label-missing";
  if (one.value.trim() === "") return "value-missing";
  if (!VALUE.test(one.value)) return "value-invalid";
  return options.slice(0, at).some((other) => same(other.value, one.value)) ? "value-taken" : null;
}

/** As the API takes them. */
export function bodyOf(options: readonly EditedOption[]): Option[] {
  return options.map(({ key: _key, isNew: _isNew, hasOwnValue: _hasOwnValue, ...one }) => {
    const { color, archived, ...plain } = { ...one, label: one.label.trim() };
    const translations = cleaned(plain.translations ?? {});
    delete plain.translations;
    return {
      ...plain,
      ...(color ? { color } : {}),
      ...(archived ? { archived } : {}),
      ...(Object.keys(translations).length > 0 ? { translations } : {}),
    };
  });
}

function valueFor(label: string, options: readonly EditedOption[]): string {
  const rules = { taken: options.map((one) => one.value.toLowerCase()), reserved: [] };
  return suggestName(label, rules) || label.trim().replaceAll(/[,"\\\u0000-\u001f\u007f]/g, "").slice(0, LONGEST);
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Indexes of an object over several fields, as the API writes them and as they are edited. */
import type { Field } from "~/api";
import { isIndexable } from "~/setup/objects/fieldTypes";

export interface IndexPart {
  field: string;
  descending: boolean;
}

export interface EditedIndex {
  parts: IndexPart[];
  unique: boolean;
}

type Written = string[] | { fields: string[]; unique: boolean };

export const MOST_PARTS = 8;
export const MOST_INDEXES = 50;

export function readIndex(written: unknown): EditedIndex {
  const { fields, unique } = Array.isArray(written) ? { fields: written as string[], unique: false } : (written as { fields: string[]; unique?: boolean });
  return { parts: fields.map(readPart), unique: unique ?? false };
}

export function readPart(written: string): IndexPart {
  return written.startsWith("-") ? { field: written.slice(1), descending: true } : { field: written, descending: false };
}

export function writtenIndex({ parts, unique }: EditedIndex): Written {
  const fields = parts.map((one) => (one.descending ? `-${one.field}` : one.field));
  return unique ? { fields, unique } : fields;
}

/** The fields that can be in an index, given what is in it already. */
export function fieldsFor(index: EditedIndex, fields: readonly Field[]): Field[] {
  const taken = new Set(index.parts.map((one) => one.field));
  const isFirst = index.parts.length === 0;
  return fields.filter((one) => {
    if (one.name === "id" || taken.has(one.name) || !isIndexable(one as { type: string })) return false;
    return !isFirst || (one.name !== "created_by" && one.name !== "updated_by");
  });
}

/** A phone number is equal to others that are written in another way, which a unique index cannot know. */
export function canBeUniqueTogether(index: EditedIndex, fields: readonly Field[]): boolean {
  const types = new Map(fields.map((one) => [one.name, one.type]));
  return index.parts.length > 1 && index.parts.every((one) => types.get(one.field) !== "phone");
}

export function faultOfIndex(index: EditedIndex, others: readonly EditedIndex[], fields: readonly Field[]): "empty" | "twice" | "own" | null {
  const [first] = index.parts;
  if (!first) return "empty";
  const key = (one: EditedIndex) => JSON.stringify(writtenIndex(one));
  if (others.some((one) => key(one) === key(index))) return "twice";
  const names = (one: EditedIndex) => one.parts.map((part) => part.field).sort().join();
  if (index.unique && others.some((one) => one.unique && names(one) === names(index))) return "twice";
  const field = fields.find((one) => one.name === first.field);
  const hasOwn = field && (field.index || field.unique || ["lookup", "auto_number"].includes(field.type)) && !["created_by", "updated_by"].includes(field.name);
  return index.parts.length === 1 && hasOwn ? "own" : null;
}

/** Layouts of pages as the editor holds them: what a new page shows, and the changes that people make. */
import type { FieldProblem, Schemas } from "@freehold/client";

import type { Field, ObjectDetail } from "~/api";
import type { FilterJson } from "~/filters/filter";
import type { Related, RecordLayout, Section } from "~/records/record/layout";
import { moved, type Place } from "~/setup/apps/sorting/moving";
import { withCleaned } from "~/setup/pieces/translations";

export type PageType = Schemas["PageSummary"]["type"];

export interface ListDraft {
  columns: string[];
  sort: string[];
  filters: string[];
  filter: FilterJson;
}

/** What a page of a type shows at first. */
export function firstLayout(type: PageType, detail: ObjectDetail | undefined): Record<string, unknown> {
  if (type === "custom" || !detail) return {};
  const own = detail.fields.filter((one) => !one.system).map((one) => one.name);
  const named = detail.nameField === null ? own : [detail.nameField, ...own.filter((name) => name !== detail.nameField)];
  const shown = named.length > 0 ? named : ["created_at"];
  if (type === "list") return { columns: shown.slice(0, 6), sort: [] };
  return { sections: [{ label: detail.label, columns: 2, fields: shown }], related: [] };
}

/** A list page's layout, complete. */
export function listDraft(layout: Record<string, unknown>): ListDraft {
  return {
    columns: texts(layout.columns),
    sort: texts(layout.sort),
    filters: texts(layout.filters),
    filter: isObject(layout.filter) ? layout.filter : {},
  };
}

/** A record page's layout, complete. */
export function recordDraft(layout: Record<string, unknown>): RecordLayout {
  const listed = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);
  return {
    sections: listed(layout.sections).map((one) => ({ label: text(one.label), ...translated(one), columns: one.columns === 2 ? 2 : 1, fields: texts(one.fields) })),
    related: listed(layout.related).map((one) => ({
      label: text(one.label),
      ...translated(one),
      object: text(one.object),
      field: text(one.field),
      columns: texts(one.columns),
      sort: texts(one.sort),
      filter: isObject(one.filter) ? one.filter : {},
      limit: typeof one.limit === "number" ? one.limit : 10,
    })),
  };
}

/** The layout as it is sent: without what is empty and may be left out. */
export function listLayout({ columns, sort, filters, filter }: ListDraft): Record<string, unknown> {
  return { columns, sort, ...(filters.length > 0 ? { filters } : {}), ...(Object.keys(filter).length > 0 ? { filter } : {}) };
}

export function recordLayout({ sections, related }: RecordLayout): Record<string, unknown> {
  return {
    sections,
    related: related.map(({ filter, ...rest }) => ({ ...rest, ...(Object.keys(filter).length > 0 ? { filter } : {}) })),
  };
}

/** The layout with its translations as the API takes them. */
export function withCleanedLabels(layout: Record<string, unknown>): Record<string, unknown> {
  const { sections, related } = recordDraft(layout);
  return recordLayout({ sections: sections.map(withCleaned), related: related.map(withCleaned) });
}

/** The fields of each section, and last those that no section shows. */
export function fieldLists(sections: readonly Section[], fields: readonly Field[]): string[][] {
  const shown = new Set(sections.flatMap((one) => one.fields));
  return [...sections.map((one) => one.fields), fields.map((one) => one.name).filter((name) => !shown.has(name))];
}

/** The sections after a field was moved between the lists of {@link fieldLists}. */
export function moveField(sections: readonly Section[], fields: readonly Field[], from: Place, to: Place): Section[] {
  const lists = moved(fieldLists(sections, fields), from, to);
  return sections.map((one, at) => ({ ...one, fields: lists[at]! }));
}

/** The label of a field, also of one beyond a lookup: "Account › Industry". */
export function pathLabel(path: string, detail: ObjectDetail, objects: readonly Summary[]): string {
  const [first = "", ...rest] = path.split(".");
  const field = detail.fields.find((one) => one.name === first);
  const labels = [field?.label ?? first];
  let target = field?.target;
  for (const name of rest) {
    const next = objects.find((one) => one.name === target)?.fields.find((one) => one.name === name);
    labels.push(next?.label ?? name);
    target = next?.target;
  }
  return labels.join(" › ");
}

/** A label that no other has: "Section", "Section 2" … */
export function freeLabel(label: string, taken: readonly string[]): string {
  if (!taken.includes(label)) return label;
  let number = 2;
  while (taken.includes(`${label} ${number}`)) number += 1;
  return `${label} ${number}`;
}

/** A lookup of another object that leads to this one. */
export interface WayBack {
  object: string;
  objectLabel: string;
  field: string;
  fieldLabel: string;
}

interface Summary {
  name: string;
  pluralLabel: string;
  can: { read: boolean };
  fields: { name: string; label: string; type: string; target?: string }[];
}

/** The lookups that lead to an object, of all objects that may be read. */
export function waysBack(objects: readonly Summary[], target: string): WayBack[] {
  return objects
    .filter((one) => one.can.read)
    .flatMap((one) =>
      one.fields
        .filter((field) => field.type === "lookup" && field.target === target)
        .map((field) => ({ object: one.name, objectLabel: one.pluralLabel, field: field.name, fieldLabel: field.label })),
    );
}

export function newRelated(way: WayBack, detail: ObjectDetail): Related {
  const own = detail.fields.filter((one) => !one.system && one.name !== way.field && one.type !== "json" && one.type !== "long_text");
  const first = detail.nameField === null || detail.nameField === way.field ? [] : [detail.nameField];
  const columns = [...first, ...own.map((one) => one.name).filter((name) => name !== detail.nameField)].slice(0, 4);
  return { label: way.objectLabel, object: way.object, field: way.field, columns: columns.length > 0 ? columns : ["created_at"], sort: [], filter: {}, limit: 10 };
}

/** A name in the API's grammar from a label: "Offene Verkäufe 2026" is `offene_verkaeufe_2026`. */
export function nameFrom(label: string): string {
  const plain = label
    .toLowerCase()
    .replaceAll("ä", "ae").replaceAll("ö", "oe").replaceAll("ü", "ue").replaceAll("ß", "ss")
    .normalize("NFD")
    .replaceAll(/[̀-ͯ]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "");
  return plain.slice(0, 40).replace(/_+$/, "");
}

/** A name that no other has. */
export function freeName(label: string, taken: readonly string[], fallback: string): string {
  const name = nameFrom(label) || fallback;
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name.slice(0, 36)}_${number}`)) number += 1;
  return `${name.slice(0, 36)}_${number}`;
}

/** The first message for a place of the layout, such as `layout.sections.0.fields`, or for a place inside of it. */
export function problemAt(problems: readonly FieldProblem[], place: string): string | null {
  const found = problems.find((one) => one.field === place || one.field.startsWith(`${place}.`));
  return found ? wordsOf(found) : null;
}

/** The problems that have no place among these: shown above the form. */
export function problemsElsewhere(problems: readonly FieldProblem[], places: readonly string[]): string[] {
  const isShown = (field: string) => places.some((place) => field === place || field.startsWith(`${place}.`));
  return problems.filter((one) => !isShown(one.field)).map(wordsOf);
}

function wordsOf({ message, didYouMean }: FieldProblem): string {
  return didYouMean ? `${message} (${didYouMean}?)` : message;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The translations of a label: they stay as they are. */
function translated({ translations }: Record<string, unknown>): Pick<Section, "translations"> {
  return isObject(translations) ? { translations: translations as NonNullable<Section["translations"]> } : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

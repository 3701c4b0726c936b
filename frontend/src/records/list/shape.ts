/** What a list asks for: columns, order and filter, from the page, a view, and the address. */
import type { Field, ObjectDetail, View } from "~/api";
import { both, fromText, only, toJson, type Conditions, type FilterJson } from "~/filters/filter";
import type { ListSearch } from "~/records/list/search";

export interface ListLayout {
  columns: string[];
  sort: string[];
  filter: FilterJson;
}

export interface ListShape {
  columns: Field[];
  sort: string[];
  /** What the page and the view filter by; what the builder adds to it is in `conditions`. */
  fixed: FilterJson;
  conditions: Conditions;
  search: string;
}

const MOST_COLUMNS = 8;
const USUALLY_HIDDEN = new Set(["id", "version", "updated_at", "created_by", "updated_by"]);

/** @param kept The columns that the user has set for this list. */
export function shapeOf(detail: ObjectDetail, search: ListSearch, layout?: ListLayout, view?: View, kept?: readonly string[]): ListShape {
  const known = new Map(detail.fields.map((field) => [field.name, field]));
  const wanted = listOf(search.cols) ?? nonEmpty(kept) ?? nonEmpty(view?.columns) ?? nonEmpty(layout?.columns) ?? usual(detail);
  const columns = wanted.flatMap((name) => known.get(name) ?? []);
  const sort = listOf(search.sort) ?? nonEmpty(view?.sort) ?? nonEmpty(layout?.sort) ?? [];
  return {
    columns: columns.length > 0 ? columns : usual(detail).flatMap((name) => known.get(name) ?? []),
    sort: sort.filter((one) => known.has(one.replace(/^-/, "").split(".")[0]!)),
    fixed: both(layout?.filter ?? {}, view?.filter ?? {}),
    conditions: only(fromText(search.filter ?? ""), (one) => known.has(one.field)),
    search: search.q ?? "",
  };
}

export interface ListBody {
  filter: FilterJson;
  sort: string[];
  fields: string[];
  limit: number;
  search?: string;
}

/** The body of `POST …/query`: only the columns that are shown, lookups with the name of their record. */
export function bodyOf(shape: ListShape, nameFields: ReadonlyMap<string, string | null>, nameField: string | null): ListBody {
  const fields = new Set(["id", "version"]);
  if (nameField) fields.add(nameField);
  for (const column of shape.columns) {
    const name = column.type === "lookup" ? nameFields.get(column.target ?? "users") : undefined;
    fields.add(name ? `${column.name}.${name}` : column.name);
  }
  return {
    filter: both(shape.fixed, toJson(shape.conditions)),
    sort: shape.sort,
    fields: [...fields],
    limit: 100,
    ...(shape.search === "" ? {} : { search: shape.search }),
  };
}

/** The order after a click on a column's head: ascending, descending, none. */
export function nextSort(sort: readonly string[], field: string): string[] {
  if (sort[0] === field) return [`-${field}`];
  if (sort[0] === `-${field}`) return [];
  return [field];
}

function usual(detail: ObjectDetail): string[] {
  const first = detail.nameField === null ? [] : [detail.nameField];
  const others = detail.fields.filter((one) => !USUALLY_HIDDEN.has(one.name) && one.type !== "json" && one.type !== "long_text" && one.name !== detail.nameField);
  const own = others.filter((one) => !one.system);
  return [...first, ...own.map((one) => one.name).slice(0, MOST_COLUMNS - 2), "owner", "created_at"].filter(
    (name, at, all) => all.indexOf(name) === at && (name === detail.nameField || others.some((one) => one.name === name)),
  );
}

function listOf(text: string | undefined): string[] | null {
  return text === undefined || text === "" ? null : text.split(",");
}

function nonEmpty(list: readonly string[] | undefined): string[] | null {
  return list === undefined || list.length === 0 ? null : [...list];
}

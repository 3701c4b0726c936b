import { serialized } from "@freehold/client";

import { numberFormat } from "~/fields/formatters";
import { both, toJson, type FilterJson } from "~/filters/filter";
import type { ListShape } from "~/records/list/shape";

/**
 * The address of the CSV file with all records of a list and its columns. Where decimals have a comma, spreadsheets
 * expect semicolons between columns.
 */
export function exportAddress(object: string, shape: ListShape, locale: string): string {
  const filter = both(shape.fixed, toJson(shape.conditions));
  const query = {
    filter: parameters(filter),
    search: shape.search,
    sort: shape.sort,
    fields: shape.columns.map((one) => one.name),
    bom: true,
    ...(numberFormat(locale, {}).format(0.5).includes(",") ? { delimiter: "semicolon" } : {}),
  };
  return `/api/v1/data/${encodeURIComponent(object)}/export.csv?${serialized(query)}`;
}

/** A JSON filter as the query string has it: lists of values by commas, groups by their index. */
function parameters(filter: FilterJson): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filter).map(([name, value]) => {
      if (Array.isArray(value) && (name === "and" || name === "or")) {
        return [name, Object.fromEntries(value.map((one, at) => [String(at), parameters(one as FilterJson)]))];
      }
      if (Array.isArray(value)) return [name, value.map((one) => quoted(String(one))).join(",")];
      if (typeof value === "object" && value !== null) return [name, parameters(value as FilterJson)];
      return [name, value];
    }),
  );
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

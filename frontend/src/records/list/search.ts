/** What a list shows, as its address has it. */
export interface ListSearch {
  view?: string;
  q?: string;
  filter?: string;
  sort?: string;
  cols?: string;
}

/** The parts of an address that a list knows, without empty ones. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  const kept: ListSearch = {};
  for (const name of ["view", "q", "filter", "sort", "cols"] as const) {
    const value = search[name];
    if (typeof value === "string" && value !== "") kept[name] = value;
  }
  return kept;
}

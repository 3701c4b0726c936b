/** The sections and related lists of a record's page. */
import { api, type Field, type Navigation, type ObjectDetail } from "~/api";
import { currentChoices } from "~/app/preferences";
import { labelled } from "~/fields/labels";

type Translations = Record<string, Record<string, string>>;

export interface Section {
  label: string;
  translations?: Translations;
  columns: number;
  fields: string[];
}

export interface Related {
  label: string;
  translations?: Translations;
  object: string;
  field: string;
  columns: string[];
  sort: string[];
  filter: Record<string, unknown>;
  limit: number;
}

export interface RecordLayout {
  sections: Section[];
  related: Related[];
}

const SYSTEM = ["created_at", "created_by", "updated_at", "updated_by"];

/** The layout of the object's record page in this app, or else in the first that has one; otherwise all fields, and no lists. */
export function layoutQuery(navigation: Navigation, detail: ObjectDetail, current = currentChoices().app) {
  const found = navigation.apps
    .toSorted((one, other) => Number(other.name === current) - Number(one.name === current))
    .flatMap((app) => app.pages.map((page) => ({ app: app.name, page })))
    .find(({ page }) => page.type === "record" && page.object === detail.name);
  return {
    queryKey: ["layout", detail.name, found?.app, found?.page.name],
    queryFn: async (): Promise<RecordLayout> => {
      if (!found) return usualLayout(detail);
      const path = { app: found.app, page: found.page.name };
      const { data } = await api.GET("/api/v1/apps/{app}/pages/{page}", { params: { path } });
      return { sections: [], related: [], ...(data!.layout as Partial<RecordLayout>) };
    },
    select: ({ sections, related }: RecordLayout): RecordLayout => ({ sections: labelled(sections), related: labelled(related) }),
    staleTime: 60_000,
  };
}

function usualLayout(detail: ObjectDetail): RecordLayout {
  const own = detail.fields.filter((one) => !one.system).map((one) => one.name);
  return {
    sections: [
      { label: detail.label, columns: 2, fields: [...own, "owner"] },
      { label: "", columns: 2, fields: SYSTEM },
    ],
    related: [],
  };
}

/** The fields that a person fills in, in the order of the layout; required ones that it lacks come last. */
export function editable(detail: ObjectDetail, layout: RecordLayout, readOnly: ReadonlySet<string>): Field[] {
  const known = new Map(detail.fields.map((one) => [one.name, one]));
  const names = new Set(layout.sections.flatMap((section) => section.fields));
  for (const field of detail.fields) if (field.required && !field.system) names.add(field.name);
  return [...names].flatMap((name) => {
    const field = known.get(name);
    return field && !field.readOnly && field.type !== "auto_number" && !readOnly.has(name) ? [field] : [];
  });
}

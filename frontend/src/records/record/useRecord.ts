import { api, navigationQuery, objectQuery, queries, type Can, type Entry, type Navigation, type ObjectDetail } from "~/api";

/**
 * A record with the names of the records that its lookups refer to, and what the caller may do with it.
 *
 * The fields are those of the definitions when the request is sent, not when the page was drawn: one that was deleted meanwhile would be refused.
 */
export function recordQuery(object: string, id: string) {
  return {
    queryKey: ["record", object, id],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<{ record: Entry; can: Can }> => {
      const [detail, navigation] = await Promise.all([queries.ensureQueryData(objectQuery(object)), queries.ensureQueryData(navigationQuery)]);
      const fields = recordFields(detail, navigation);
      const params = { path: { object, id }, query: { fields: fields.join(","), include: "can" as const } };
      const { data } = await api.GET("/api/v1/data/{object}/{id}", { params, signal });
      const { data: record, can } = data as unknown as { data: Entry; can?: Can };
      return { record, can: can ?? {} };
    },
  };
}

/** All fields of an object; lookups with the name of their record. */
export function recordFields(detail: ObjectDetail, navigation: Navigation): string[] {
  const nameFields = new Map<string, string | null>(navigation.objects.map((one) => [one.name, one.nameField]));
  nameFields.set("users", "name");
  return detail.fields.map((one) => {
    const name = one.type === "lookup" ? nameFields.get(one.target ?? "users") : undefined;
    return name ? `${one.name}.${name}` : one.name;
  });
}

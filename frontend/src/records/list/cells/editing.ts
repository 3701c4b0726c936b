/** Values that are changed in the list itself. */
import { useQueryClient, type InfiniteData } from "@tanstack/react-query";

import { api, type Can, type Entry, type Field, type RecordPage } from "~/api";
import type { ListBody } from "~/records/list/shape";
import { saveRecord } from "~/records/saving";

export interface CellEditing {
  /** Whether the caller may change anything of the record. */
  mayChange: (record: Entry) => boolean;
  mayEdit: (record: Entry, field: Field) => boolean;
  /** Whether it is saved; false if the question about a conflict was left open. Raises what the service refuses. */
  save: (record: Entry, field: Field, value: unknown) => Promise<boolean>;
}

interface Rights {
  can: ReadonlyMap<string, Can>;
  /** Of all records, where nothing is known of the single one. */
  mayUpdate: boolean;
  /** Fields that the caller may not change. */
  locked: ReadonlySet<string>;
}

/** What may be edited in the list, and how it is saved: with the version that is shown, and without reading the whole list again. */
export function useCellEditing(object: string, body: ListBody, fields: readonly Field[], { can, mayUpdate, locked }: Rights): CellEditing {
  const client = useQueryClient();
  const mayChange = (record: Entry) => can.get(record.id)?.update ?? mayUpdate;
  const key = ["records", object, body];

  /** Shows the record as it is now. Its place stays, whatever the order and the filter, until the list is read again. */
  const show = async (id: string) => {
    const query = { fields: body.fields.join(","), include: "can" as const };
    const { data } = await api.GET("/api/v1/data/{object}/{id}", { params: { path: { object, id }, query } });
    const { data: record, can: rights } = data as unknown as { data: Entry; can?: Can };
    client.setQueryData<InfiniteData<RecordPage>>(key, (list) => list && { ...list, pages: list.pages.map((page) => withRecord(page, record, rights)) });
  };
  const save = async (record: Entry, field: Field, value: unknown): Promise<boolean> => {
    const known = new Map(fields.map((one) => [one.name, one]));
    const isSaved = await saveRecord({ object, id: record.id, fields: known }, record, { [field.name]: value });
    if (!isSaved) return false;
    try {
      await show(record.id);
    } catch {
      await client.invalidateQueries({ queryKey: key }); // it is gone meanwhile, or no longer for this user
    }
    void client.invalidateQueries({ queryKey: ["records", object], predicate: (one) => one.queryKey[2] !== body, refetchType: "none" });
    void client.invalidateQueries({ queryKey: ["records", object, "counts"] });
    for (const kind of ["record", "history"]) void client.invalidateQueries({ queryKey: [kind, object, record.id] });
    return true;
  };
  return { mayChange, mayEdit: (record, field) => mayChange(record) && !field.readOnly && !locked.has(field.name), save };
}

/** The page with a record as it is now, if it has it. */
export function withRecord(page: RecordPage, record: Entry, can: Can | undefined): RecordPage {
  const at = page.data.findIndex((one) => one.id === record.id);
  if (at < 0) return page;
  const data = page.data.map((one, index) => (index === at ? record : one));
  return { ...page, data, ...(page.can && can ? { can: page.can.map((one, index) => (index === at ? can : one)) } : {}) };
}

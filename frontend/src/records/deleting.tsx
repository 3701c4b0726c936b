/** Deleting records, with a way back. */
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";

const AT_ONCE = 500;

interface Outcome {
  results: { id?: string; status: number; errors?: { message: string }[] }[];
}

/** Moves records to the trash and offers to undo it. What could not be deleted is said with its reason. */
export async function deleteRecords(object: string, ids: string[]): Promise<number> {
  const done: string[] = [];
  let reason = "";
  try {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const records = ids.slice(at, at + AT_ONCE).map((id) => ({ id }));
      const { data } = await api.POST("/api/v1/data/{object}/bulk", {
        params: { path: { object } },
        body: { op: "delete", records } as never,
      });
      (data as unknown as Outcome).results.forEach((one, index) => {
        if (one.status < 300) done.push(records[index]!.id);
        else reason = one.errors?.[0]?.message ?? reason;
      });
    }
  } catch (error) {
    reason = messageOf(error);
  }
  await refresh(object);
  if (reason !== "") notifications.show({ color: "red", message: m.not_saved({ reason }) });
  if (done.length > 0) offerUndo(object, done);
  return done.length;
}

function offerUndo(object: string, ids: string[]): void {
  const id = `deleted ${ids[0]}`;
  const undo = async () => {
    notifications.hide(id);
    let restored = 0;
    try {
      for (const one of ids) {
        await api.POST("/api/v1/data/{object}/{id}/restore", { params: { path: { object, id: one } } });
        restored += 1;
      }
    } catch (error) {
      notifications.show({ color: "red", message: messageOf(error) });
    }
    await refresh(object);
    notifications.show({ message: m.restored({ count: restored }) });
  };
  notifications.show({
    id,
    autoClose: 10_000,
    message: (
      <Group justify="space-between">
        {m.deleted({ count: ids.length })}
        <Button size="compact-sm" variant="light" onClick={() => void undo()}>
          {m.undo()}
        </Button>
      </Group>
    ),
  });
}

export async function refresh(object: string): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ["records", object] }),
    queries.invalidateQueries({ queryKey: ["record", object] }),
    queries.invalidateQueries({ queryKey: ["trash", object] }),
  ]);
}

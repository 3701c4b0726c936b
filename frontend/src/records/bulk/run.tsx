import "@mantine/core/styles/List.css";

/** Doing the same to many records, and saying what became of it. */
import { Problem } from "@freehold/client";
import { Button, Group, List, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import { api, objectQuery, queries, type ObjectDetail } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { added, deleted, nothingDone, portions, refusals, type Asked, type BulkResponse, type Op, type Outcome, type Selection } from "~/records/bulk/plan";
import { refresh } from "~/records/refresh";

async function send(object: string, body: object, dryRun = false): Promise<BulkResponse & { matched?: number; capped?: boolean }> {
  const params = { path: { object }, ...(dryRun ? { query: { dryRun } } : {}) };
  const { data } = await api.POST("/api/v1/data/{object}/bulk", { params, body: body as never });
  return data as unknown as BulkResponse & { matched?: number; capped?: boolean };
}

/** How many of those that match the caller may do it to; `isMore` if one request may not act on so many. */
export async function countOf(object: string, op: Op, asked: Asked): Promise<{ count: number; isMore: boolean }> {
  const found = await send(object, { op, ...asked }, true);
  return { count: found.matched ?? 0, isMore: found.capped === true };
}

/** What went wrong, also that another number of records matches than was counted. */
export function failureInWords(error: unknown): string {
  return error instanceof Problem && error.code === "other-number" ? m.bulk_other_number() : m.not_saved({ reason: messageOf(error) });
}

/** Does it. What was done before a failure stays, and is told. Raises what happens before anything was done. */
export async function act(object: string, op: Op, selection: Selection, more: { values?: Record<string, unknown>; expected?: number } = {}): Promise<Outcome> {
  if (selection.kind === "all") {
    const outcome = added(nothingDone(), await send(object, { op, ...selection.asked, ...more }));
    await refresh(object);
    return outcome;
  }
  let outcome = nothingDone();
  const parts = portions(selection.ids);
  for (const [at, ids] of parts.entries()) {
    try {
      outcome = added(outcome, await send(object, { op, records: ids.map((id) => ({ ...more.values, id })) }), ids);
    } catch (error) {
      if (at === 0) throw error;
      const left = parts.slice(at).flat().length;
      outcome = { ...outcome, refused: new Map(outcome.refused).set(messageOf(error), left) };
      break;
    }
  }
  await refresh(object, op === "delete" || op === "destroy" ? selection.ids : []);
  return outcome;
}

const DONE: Record<Op, (count: { count: number }) => string> = {
  update: m.bulk_changed,
  delete: m.deleted,
  restore: m.restored,
  destroy: m.bulk_destroyed,
};

function readable(object: string): ReadonlySet<string> {
  const detail = queries.getQueryData<ObjectDetail>(objectQuery(object).queryKey);
  return new Set(detail?.fields.map((one) => one.name));
}

/** Says what was done and what was refused, with the reasons; a deletion can be undone. */
export function tell(object: string, op: Op, outcome: Outcome): void {
  const id = `bulk ${op} ${Date.now()}`;
  const failed = refusals(outcome);
  const rest = [
    ...(outcome.skipped > 0 ? [m.bulk_skipped({ count: outcome.skipped })] : []),
    ...(outcome.unfinished > 0 ? [m.bulk_unfinished({ count: outcome.unfinished })] : []),
  ];
  const undone = op === "delete" ? deleted(outcome, readable(object)) : null;
  notifications.show({
    id,
    autoClose: failed > 0 || rest.length > 0 ? false : 10_000,
    ...(failed > 0 ? { color: "red" } : {}),
    message: (
      <>
        <Group justify="space-between">
          {DONE[op]({ count: outcome.ok })}
          {undone && (
            <Button size="compact-sm" variant="light" onClick={() => void undo(object, undone, id)}>
              {m.undo()}
            </Button>
          )}
        </Group>
        {failed > 0 && <Text size="sm">{m.bulk_refused({ count: failed })}</Text>}
        <List size="sm">
          {[...outcome.refused].map(([reason, count]) => (
            <List.Item key={reason}>{reason === "" ? m.bulk_other_reasons({ count }) : `${reason} (${count})`}</List.Item>
          ))}
          {rest.map((one) => (
            <List.Item key={one}>{one}</List.Item>
          ))}
        </List>
      </>
    ),
  });
}

export function tellFailure(error: unknown): void {
  notifications.show({ color: "red", message: failureInWords(error) });
}

async function undo(object: string, selection: Selection, notification: string): Promise<void> {
  notifications.hide(notification);
  try {
    tell(object, "restore", await act(object, "restore", selection));
  } catch (error) {
    tellFailure(error);
  }
}

import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useState } from "react";

import type { Can, Field } from "~/api";
import { m } from "~/paraglide/messages";
import { allowed, type Asked, type Op, type Outcome, type Selection } from "~/records/bulk/plan";
import { act, countOf, tell, tellFailure } from "~/records/bulk/run";
import { SetFieldForm } from "~/records/bulk/SetFieldForm";
import { number } from "~/records/style";

export interface Marked {
  ids: ReadonlySet<string>;
  /** Set once all that match are selected, not only those that are shown. */
  all: Asked | null;
}

export const NOTHING_MARKED: Marked = { ids: new Set(), all: null };

interface Planned {
  selection: Selection;
  count: number;
  locked: number;
  expected: { expected?: number };
}

/** Bulk actions on the selected records: what they will do is said with its number before anything is done. */
export function useBulk(object: string, marked: Marked, can: ReadonlyMap<string, Can>, onDone: () => void) {
  const [busy, setBusy] = useState<Op | null>(null);

  /** What an action would be about; null, and said why, if it cannot be done. */
  const plan = async (op: Op): Promise<Planned | null> => {
    if (marked.all === null) {
      const ids = allowed([...marked.ids], op, can);
      return { selection: { kind: "some", ids }, count: ids.length, locked: marked.ids.size - ids.length, expected: {} };
    }
    try {
      const { count, isMore } = await countOf(object, op, marked.all);
      if (!isMore) return { selection: { kind: "all", asked: marked.all }, count, locked: 0, expected: { expected: count } };
      modals.open({ title: m.bulk_too_many_title(), children: <Text size="sm">{m.bulk_too_many({ count: number(count) })}</Text> });
    } catch (error) {
      tellFailure(error);
    }
    return null;
  };
  const begin = async (op: Op, go: (planned: Planned) => void) => {
    setBusy(op);
    const planned = await plan(op);
    setBusy(null);
    if (planned?.count === 0) modals.open({ title: m.bulk_none_title(), children: <Text size="sm">{m.bulk_none()}</Text> });
    else if (planned) go(planned);
  };
  const end = (op: Op, outcome: Outcome) => {
    tell(object, op, outcome);
    onDone();
  };
  const run = async (op: Op, planned: Planned) => {
    setBusy(op);
    try {
      end(op, await act(object, op, planned.selection, planned.expected));
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(null);
    }
  };

  const confirm = (op: Op, title: (count: { count: string }) => string, label: string) =>
    begin(op, (planned) =>
      modals.openConfirmModal({
        title: title({ count: number(planned.count) }),
        children: planned.locked > 0 && <Text size="sm">{m.bulk_locked({ count: number(planned.locked) })}</Text>,
        labels: { confirm: label, cancel: m.cancel() },
        confirmProps: { color: "red" },
        onConfirm: () => void run(op, planned),
      }),
    );

  return {
    busy,
    remove: () => void confirm("delete", m.confirm_delete, m.delete_()),
    destroy: () => void confirm("destroy", m.confirm_destroy, m.destroy()),
    restore: () => void begin("restore", (planned) => void run("restore", planned)),
    setField: (fields: Field[]) =>
      void begin("update", (planned) =>
        modals.open({
          modalId: "set-field",
          title: m.bulk_set_title({ count: number(planned.count) }),
          children: (
            <SetFieldForm
              fields={fields}
              count={planned.count}
              locked={planned.locked}
              onCancel={() => modals.close("set-field")}
              onSave={async (values) => {
                const outcome = await act(object, "update", planned.selection, { values, ...planned.expected });
                modals.close("set-field");
                end("update", outcome);
              }}
            />
          ),
        }),
      ),
  };
}

import { Button, Group, Modal, Stack } from "@mantine/core";
import { useState } from "react";

import { m } from "~/paraglide/messages";
import { isTrivial, type Plan } from "~/setup/objects/plan";
import { PlanView, type Reason } from "~/setup/objects/PlanView";

export interface Change {
  title: string;
  /** The words of the button that makes the change. */
  action: string;
  reason: Reason;
  /** Whether what else is affected can be left out, because it fits as before. */
  isHarmless?: boolean;
  /** What the plan does not say. */
  notes?: string[];
  /** The dry run. */
  plan: () => Promise<Plan>;
  apply: () => Promise<void>;
}

/**
 * Shows the plan of a change before it is made; a change of mere texts is made at once.
 *
 * `dialog` has to be rendered. `error` is what the service refused, in the dry run or at last.
 */
export function useReview() {
  const [shown, setShown] = useState<{ change: Change; plan: Plan } | null>(null);
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const trying = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setOpened(false);
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const begin = (change: Change) =>
    trying(async () => {
      const found = await change.plan();
      const plan = change.isHarmless ? { ...found, affects: {} } : found;
      if (isTrivial(plan) && !change.notes?.length) return change.apply();
      setShown({ change, plan });
      setOpened(true);
    });
  const apply = () =>
    trying(async () => {
      await shown?.change.apply();
      setOpened(false);
    });
  const dialog = (
    <Modal opened={opened} onClose={() => !busy && setOpened(false)} title={shown?.change.title} size="lg">
      {shown && (
        <Stack>
          <PlanView plan={shown.plan} reason={shown.change.reason} notes={shown.change.notes ?? []} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpened(false)} disabled={busy}>
              {m.cancel()}
            </Button>
            <Button onClick={() => void apply()} loading={busy} data-autofocus>
              {shown.change.action}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
  return { begin, dialog, busy, error, forget: () => setError(null) };
}

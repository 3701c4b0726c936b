import { Button, Group, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useState } from "react";

import type { ObjectSummary } from "~/api";
import { m } from "~/paraglide/messages";
import { deleteRecords } from "~/records/deleting";

interface Props {
  object: string;
  ids: ReadonlySet<string>;
  can: ObjectSummary["can"] | undefined;
  onDone: () => void;
}

/** What can be done with the selected records. */
export function BulkBar({ object, ids, can, onDone }: Props) {
  const [busy, setBusy] = useState(false);
  const count = new Intl.NumberFormat(document.documentElement.lang).format(ids.size);
  const remove = () =>
    modals.openConfirmModal({
      title: m.confirm_delete({ count }),
      labels: { confirm: m.delete_(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => {
        setBusy(true);
        void deleteRecords(object, [...ids]).finally(() => {
          setBusy(false);
          onDone();
        });
      },
    });
  return (
    <Group px="lg" py={6} className="no-print" role="toolbar" aria-label={m.selected({ count })}>
      <Text size="sm" fw={500}>
        {m.selected({ count })}
      </Text>
      {can?.delete && (
        <Button size="compact-sm" variant="light" color="red" loading={busy} onClick={remove}>
          {m.delete_()}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" onClick={onDone}>
        {m.cancel()}
      </Button>
    </Group>
  );
}

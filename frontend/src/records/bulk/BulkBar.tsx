import "~/records/bulk/bulk.css";

import { Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { m } from "~/paraglide/messages";
import type { Marked } from "~/records/bulk/useBulk";
import { number } from "~/records/style";

interface Props {
  marked: Marked;
  shown: number;
  /** How many match, as far as it is known; null if there is no more than what is shown. */
  matching: { value: number; capped: boolean } | null;
  onAll: () => void;
  onClear: () => void;
  children: ReactNode;
}

/** What is selected, the way to all that match, and what can be done with it. */
export function BulkBar({ marked, shown, matching, onAll, onClear, children }: Props) {
  const text = marked.all === null ? m.selected({ count: number(marked.ids.size) }) : m.bulk_all_selected();
  const offersAll = marked.all === null && matching !== null && marked.ids.size >= shown && shown > 0;
  return (
    <Group gap="xs" className="bulk-bar no-print" role="toolbar" aria-label={text}>
      <Text size="sm" fw={500} role="status">
        {text}
      </Text>
      {offersAll && (
        <Button size="compact-sm" variant="light" onClick={onAll}>
          {matching.capped ? m.bulk_select_all() : m.bulk_select_all_of({ count: number(matching.value) })}
        </Button>
      )}
      {children}
      <Button size="compact-sm" variant="subtle" onClick={onClear}>
        {m.bulk_clear()}
      </Button>
    </Group>
  );
}

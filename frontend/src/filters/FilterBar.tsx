import { Button, Group, Popover } from "@mantine/core";
import { useState } from "react";

import type { Field } from "~/api";
import { countOf, isComplete, only, toText, type Conditions } from "~/filters/filter";
import { FilterEditor } from "~/filters/FilterEditor";
import { m } from "~/paraglide/messages";

interface Props {
  fields: Field[];
  conditions: Conditions;
  onChange: (conditions: Conditions) => void;
  /** Whether changes count only once they are applied, or the builder is closed: a list stays as it is meanwhile. */
  waits?: boolean;
}

/** The builder of a filter. A condition without a value is kept here, and not sent. */
export function FilterBar({ fields, conditions, onChange, waits = false }: Props) {
  const [drafts, setDrafts] = useState<Conditions | null>(null);
  const isOpen = drafts !== null;
  const shown = drafts ?? conditions;
  const count = countOf(conditions);
  const send = (next: Conditions) => {
    const complete = only(next, isComplete);
    if (toText(complete) !== toText(conditions)) onChange(complete);
  };
  const set = (next: Conditions) => {
    setDrafts(next);
    if (!waits) send(next);
  };
  const toggle = (opens: boolean) => {
    if (!opens && waits) send(shown);
    setDrafts(opens ? conditions : null);
  };
  return (
    <Popover position="bottom-start" shadow="md" width={600} trapFocus returnFocus opened={isOpen} onChange={toggle}>
      <Popover.Target>
        <Button size="xs" variant={count > 0 ? "light" : "default"} onClick={() => toggle(!isOpen)}>
          {m.filter()}
          {count > 0 && ` (${count})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="95vw">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            toggle(false);
          }}
        >
          <FilterEditor fields={fields} conditions={shown} onChange={set} />
          {waits && (
            <Group justify="flex-end" mt="xs">
              <Button size="xs" variant="subtle" onClick={() => setDrafts(null)}>
                {m.cancel()}
              </Button>
              <Button size="xs" type="submit">
                {m.filter_apply()}
              </Button>
            </Group>
          )}
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

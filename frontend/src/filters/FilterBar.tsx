import { Button, Group, Popover } from "@mantine/core";
import { useState } from "react";

import type { Field } from "~/api";
import { needsValue, toText, type Condition } from "~/filters/filter";
import { FilterEditor } from "~/filters/FilterEditor";
import { m } from "~/paraglide/messages";

interface Props {
  fields: Field[];
  conditions: Condition[];
  onChange: (conditions: Condition[]) => void;
  /** Whether changes count only once they are applied, or the builder is closed: a list stays as it is meanwhile. */
  waits?: boolean;
}

/** The builder of a filter. A condition without a value is kept here, and not sent. */
export function FilterBar({ fields, conditions, onChange, waits = false }: Props) {
  const [drafts, setDrafts] = useState<Condition[] | null>(null);
  const isOpen = drafts !== null;
  const shown = drafts ?? conditions;
  const send = (next: Condition[]) => {
    const complete = next.filter((one) => one.value !== "" || !needsValue(one.operator));
    if (toText(complete) !== toText(conditions)) onChange(complete);
  };
  const set = (next: Condition[]) => {
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
        <Button size="xs" variant={conditions.length > 0 ? "light" : "default"} onClick={() => toggle(!isOpen)}>
          {m.filter()}
          {conditions.length > 0 && ` (${conditions.length})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="95vw">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            toggle(false);
          }}
        >
          <FilterEditor fields={fields} conditions={shown} onChange={set} withAlternatives={waits} />
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

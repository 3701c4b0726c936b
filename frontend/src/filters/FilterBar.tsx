import { Button, Popover } from "@mantine/core";
import { useState } from "react";

import type { Field } from "~/api";
import { needsValue, type Condition } from "~/filters/filter";
import { FilterEditor } from "~/filters/FilterEditor";
import { m } from "~/paraglide/messages";

interface Props {
  fields: Field[];
  conditions: Condition[];
  onChange: (conditions: Condition[]) => void;
}

/** Conditions that must all hold. A condition without a value is kept here, and not sent. */
export function FilterBar({ fields, conditions, onChange }: Props) {
  const [drafts, setDrafts] = useState<Condition[]>(conditions);
  const set = (next: Condition[]) => {
    setDrafts(next);
    onChange(next.filter((one) => one.value !== "" || !needsValue(one.operator)));
  };
  return (
    <Popover position="bottom-start" shadow="md" width={560} trapFocus returnFocus onOpen={() => setDrafts(conditions)}>
      <Popover.Target>
        <Button size="xs" variant={conditions.length > 0 ? "light" : "default"}>
          {m.filter()}
          {conditions.length > 0 && ` (${conditions.length})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="95vw">
        <FilterEditor fields={fields} conditions={drafts} onChange={set} />
      </Popover.Dropdown>
    </Popover>
  );
}

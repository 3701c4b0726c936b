import { Badge, Button } from "@mantine/core";
import { useState } from "react";

import { queryRecords } from "~/api";
import { m } from "~/paraglide/messages";
import { number } from "~/records/style";

/** How many records there are: up to a thousand at once, exactly on request. */
export function Total({ object, body, count }: { object: string; body: { filter: Record<string, unknown>; search?: string }; count: { value: number; capped: boolean } }) {
  const [exact, setExact] = useState<{ of: object; value: number } | null>(null);
  const value = exact?.of === body ? exact.value : null;
  if (!count.capped || value !== null) {
    return (
      <Badge variant="default" tt="none" role="status">
        {(value ?? count.value) === 1 ? m.count_one() : m.count_of({ count: number(value ?? count.value) })}
      </Badge>
    );
  }
  const ask = async () => {
    const { filter, search } = body;
    const query = { filter, limit: 1, fields: ["id"], count: "exact" as const, ...(search ? { search } : {}) };
    setExact({ of: body, value: (await queryRecords(object, query)).count?.value ?? count.value });
  };
  return (
    <Button size="compact-xs" variant="default" onClick={() => void ask()} title={m.count_exactly()}>
      {m.count_more({ count: number(count.value) })}
    </Button>
  );
}

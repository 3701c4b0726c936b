import { Badge } from "@mantine/core";

import type { User } from "~/setup/people/queries";
import { STATUS_COLORS, STATUS_WORDS } from "~/setup/people/words";

export function StatusBadge({ status }: { status: User["status"] }) {
  return (
    <Badge variant="default" leftSection={<span aria-hidden style={{ color: `var(--mantine-color-${STATUS_COLORS[status]}-6)` }}>●</span>} tt="none" miw="max-content">
      {STATUS_WORDS[status]()}
    </Badge>
  );
}

import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: ReactNode;
  badges?: ReactNode;
  /** Small print below the title; empty parts are left out. */
  facts: (string | null)[];
  children?: ReactNode;
}

/** One thing of a list: what it is, what is known of it, and what can be done with it. */
export function Row({ title, badges, facts, children }: Props) {
  return (
    <li className="setup-row">
      <div style={{ flex: "1 1 16rem", minWidth: 0 }}>
        <Group gap="xs">
          <Text size="sm" fw={600} component="div" style={{ overflowWrap: "anywhere" }}>
            {title}
          </Text>
          {badges}
        </Group>
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {facts.filter(Boolean).join(" · ")}
        </Text>
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </li>
  );
}

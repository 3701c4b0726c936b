import { Anchor, Group, Text, Title } from "@mantine/core";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** The page above this one. */
  back?: { label: string; link: LinkProps };
  /** A line below the title. */
  description?: ReactNode;
  /** Buttons at the end of the line, below the title on a telephone. */
  children?: ReactNode;
}

/** The head of a page of the settings. */
export function PageHeader({ title, back, description, children }: Props) {
  return (
    <Group justify="space-between" align="flex-end" mb="md" gap="sm">
      <div style={{ minWidth: 0, flex: "1 1 16rem" }}>
        {back && (
          <Anchor size="sm" renderRoot={(props) => <Link {...back.link} {...props} />}>
            {back.label}
          </Anchor>
        )}
        <Title order={1} style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {description && (
          <Text size="sm" c="dimmed">
            {description}
          </Text>
        )}
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}

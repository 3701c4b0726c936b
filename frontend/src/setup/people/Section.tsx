import { Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of the page, with a heading of its own. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      <Stack gap="sm" align="stretch">
        {children}
      </Stack>
    </section>
  );
}

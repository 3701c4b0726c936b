import { Center, Paper, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** The frame of the pages outside of the shell: one card in the middle. */
export function Frame({ title, logo = null, children }: { title: string; logo?: string | null; children: ReactNode }) {
  return (
    <Center mih="100%" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <Stack>
          {logo !== null && <img src={logo} alt="" className="entry-logo" />}
          <Title order={1}>{title}</Title>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

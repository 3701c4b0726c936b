import { Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { messageOf } from "~/app/messages";
import { tenantQuery } from "~/session/options";

/** The frame of the pages before sign-in, with the tenant's name. */
export function EntryFrame({ title, children }: { title: (tenant: string) => string; children: ReactNode }) {
  const tenant = useQuery(tenantQuery);
  return (
    <Center mih="100%" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <Stack>
          <Title order={1}>{tenant.data ? title(tenant.data.name) : "\u00A0"}</Title>
          {tenant.isError && <Text role="alert">{messageOf(tenant.error)}</Text>}
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

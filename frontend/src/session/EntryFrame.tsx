import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { tenantQuery } from "~/api";
import { messageOf } from "~/app/messages";
import { Frame } from "~/session/Frame";

/** The frame of the pages before sign-in, with the tenant's name. */
export function EntryFrame({ title, children }: { title: (tenant: string) => string; children: ReactNode }) {
  const tenant = useQuery(tenantQuery);
  return (
    <Frame title={tenant.data ? title(tenant.data.displayName) : "\u00A0"} logo={tenant.data?.logo ?? null}>
      {tenant.isError && <Text role="alert">{messageOf(tenant.error)}</Text>}
      {children}
    </Frame>
  );
}

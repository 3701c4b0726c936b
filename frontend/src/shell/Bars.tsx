import { Button, Group, Text } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";

import { api, queries, workspaceQuery, type Navigation } from "~/api";
import { messageOf } from "~/app/messages";
import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { onDefinitionsChange } from "~/session/events";

/** Lines above the page: no connection, a read-only tenant, a newer workspace, and operators who have access. */
export default function Bars({ navigation }: { navigation: Navigation }) {
  const { online } = useNetwork();
  const { data: workspace } = useQuery({ ...workspaceQuery, refetchOnWindowFocus: "always" });
  const [hidden, setHidden] = useState("");
  const [first, setFirst] = useState("");
  useEffect(() => {
    onDefinitionsChange(() => notifications.show({ id: "definitions", message: m.settings_definitions_changed() }));
    return () => onDefinitionsChange(undefined);
  }, []);
  const version = workspace?.frontendVersion ?? "";
  if (first === "" && version !== "") setFirst(version);
  const isNew = first !== "" && version !== "" && version !== first && version !== hidden;
  const end = async (grantId: string) => {
    try {
      await api.POST("/api/v1/support/{grantId}/end", { params: { path: { grantId } } });
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await queries.invalidateQueries({ queryKey: workspaceQuery.queryKey });
  };
  const mayEnd = navigation.permissions.includes("users:manage") && !workspace?.support;
  const words = (one: { operator: string; expiresAt: string }) => ({ name: one.operator, time: moment(one.expiresAt, currentStyle()) });
  return (
    <div className="no-print">
      {!online && <Bar>{m.bar_offline()}</Bar>}
      {workspace?.readOnly && <Bar>{m.bar_read_only()}</Bar>}
      {isNew && (
        <Bar>
          {m.bar_version()}
          <Button size="compact-sm" onClick={() => location.reload()}>
            {m.bar_reload()}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setHidden(version)}>
            {m.bar_later()}
          </Button>
        </Bar>
      )}
      {workspace?.support && <Bar>{m.bar_support_own(words(workspace.support))}</Bar>}
      {!workspace?.support &&
        workspace?.operators.map((one) => (
          <Bar key={one.id}>
            {m.bar_support(words(one))}
            {mayEnd && (
              <Button size="compact-sm" variant="default" onClick={() => void end(one.id)}>
                {m.bar_support_end()}
              </Button>
            )}
          </Bar>
        ))}
    </div>
  );
}

function Bar({ children }: { children: ReactNode }) {
  return (
    <Group role="status" px="md" py={6} gap="sm" bg="light-dark(var(--mantine-color-yellow-1), #3b3416)" style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
      <Text size="sm" component="div" style={{ display: "flex", flexWrap: "wrap", gap: ".5rem", alignItems: "center" }}>
        {children}
      </Text>
    </Group>
  );
}

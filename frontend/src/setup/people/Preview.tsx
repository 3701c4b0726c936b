import "@mantine/core/styles/List.css";
import "@mantine/core/styles/Table.css";

import { List, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { m } from "~/paraglide/messages";
import { previewQuery } from "~/setup/people/queries";
import { ACTIONS } from "~/setup/people/rights";
import { ACTION_WORDS, systemLabel } from "~/setup/people/words";
import { objectsQuery } from "~/setup/objects/queries";
import { ErrorState, LoadingState } from "~/setup/pieces/states";

/** What the workspace would offer to somebody: apps and pages, objects with their fields and actions, settings. */
export function Preview({ query }: { query: { user: string } | { roles: string } }) {
  const { data: seen, error, refetch } = useQuery(previewQuery(query));
  const { data: objects = [] } = useQuery(objectsQuery);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!seen) return <LoadingState />;
  if (seen.objects.length === 0 && seen.permissions.length === 0 && seen.apps.length === 0) return <Text className="empty">{m.role_preview_nothing()}</Text>;
  return (
    <Stack>
      <section aria-label={m.role_preview_menu()}>
        <Title order={3} size="sm">
          {m.role_preview_menu()}
        </Title>
        {seen.apps.length === 0 && <Text size="sm">{m.role_preview_no_apps()}</Text>}
        <List size="sm">
          {seen.apps.map((app) => (
            <List.Item key={app.name}>
              {app.label}: {app.pages.map((page) => page.label).join(", ")}
            </List.Item>
          ))}
        </List>
      </section>
      <section aria-label={m.objects()}>
        <Title order={3} size="sm">
          {m.objects()}
        </Title>
        <Table.ScrollContainer minWidth={0} type="native">
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{m.role_object()}</Table.Th>
                <Table.Th>{m.role_preview_actions()}</Table.Th>
                <Table.Th>{m.role_preview_fields()}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {seen.objects.map((one) => {
                const shown = new Set(one.fields.map((field) => field.name));
                const all = objects.find((other) => other.name === one.name)?.fields ?? [];
                const hidden = one.can.read ? all.filter((field) => !shown.has(field.name)) : [];
                const locked = one.can.update ? one.fields.filter((field) => field.readOnly && !all.find((other) => other.name === field.name)?.readOnly) : [];
                return (
                  <Table.Tr key={one.name}>
                    <Table.Td>{one.pluralLabel}</Table.Td>
                    <Table.Td>
                      {ACTIONS.filter((action) => one.can[action])
                        .map((action) => ACTION_WORDS[action]())
                        .join(", ")}
                    </Table.Td>
                    <Table.Td style={{ overflowWrap: "anywhere" }}>
                      {one.can.read ? m.role_preview_count({ count: shown.size }) : m.role_preview_unread()}
                      {hidden.length > 0 && (
                        <Text size="xs" c="dimmed">
                          {m.role_preview_hidden({ fields: hidden.map((field) => field.label).join(", ") })}
                        </Text>
                      )}
                      {locked.length > 0 && (
                        <Text size="xs" c="dimmed">
                          {m.role_preview_locked({ fields: locked.map((field) => field.label).join(", ") })}
                        </Text>
                      )}
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </section>
      {seen.permissions.length > 0 && (
        <section aria-label={m.setup_frame_title()}>
          <Title order={3} size="sm">
            {m.setup_frame_title()}
          </Title>
          <List size="sm">
            {seen.permissions.map((one) => (
              <List.Item key={one}>{systemLabel(one)}</List.Item>
            ))}
          </List>
        </section>
      )}
    </Stack>
  );
}

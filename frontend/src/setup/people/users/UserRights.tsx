import "@mantine/core/styles/List.css";
import "@mantine/core/styles/Table.css";

import { Button, List, Modal, Table, Text } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { navigationQuery } from "~/api";
import { m } from "~/paraglide/messages";
import { Preview } from "~/setup/people/Preview";
import { permissionsQuery, type User } from "~/setup/people/queries";
import { ACTIONS, ANY, isRecordPermission, objectsOf, together, type Role } from "~/setup/people/rights";
import { Section } from "~/setup/people/Section";
import { ACTION_WORDS, labelsOf, objectLabel, personName, systemLabel } from "~/setup/people/words";

const SIGNS = { all: "✓", some: "◐", none: "–" };

/** What the roles of a user allow together. */
export function UserRights({ user, roles, managesRoles }: { user: User; roles: Role[]; managesRoles: boolean }) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: permissions = [] } = useQuery({ ...permissionsQuery, enabled: managesRoles });
  const [shown, setShown] = useState(false);
  const labels = labelsOf(navigation.objects);
  const held = roles.flatMap((one) => one.permissions);
  const names = [...new Set([...navigation.objects.map((one) => one.name), ...objectsOf(held), ...objectsOf(permissions.map((one) => one.name))])];
  const rows = names.filter((name) => ACTIONS.some((action) => together(roles, name, action) !== "none"));
  const system = [...new Set(held.filter((one) => !isRecordPermission(one)))].sort();
  const words = { all: m.user_may_all, some: m.user_may_some, none: m.user_may_not };
  return (
    <Section title={m.user_rights()}>
      {user.status === "inactive" && <Text size="sm">{m.user_rights_inactive()}</Text>}
      {rows.length === 0 && system.length === 0 && <Text size="sm">{m.user_rights_none()}</Text>}
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={0} type="native">
          <Table className="role-grid" verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{m.role_object()}</Table.Th>
                {ACTIONS.map((action) => (
                  <Table.Th key={action} ta="center">
                    {ACTION_WORDS[action]()}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((name) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row" fw={400}>
                    {objectLabel(labels, name)}
                  </Table.Th>
                  {ACTIONS.map((action) => {
                    const state = together(roles, name, action);
                    return (
                      <Table.Td key={action} ta="center" title={words[state]()}>
                        <span role="img" aria-label={words[state]()}>
                          {SIGNS[state]}
                        </span>
                      </Table.Td>
                    );
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {rows.some((name) => name !== ANY && ACTIONS.some((action) => together(roles, name, action) === "some")) && (
        <Text size="xs" c="dimmed">
          ◐ {m.user_may_some()}
        </Text>
      )}
      {system.length > 0 && (
        <List size="sm">
          {system.map((one) => (
            <List.Item key={one}>{systemLabel(one)}</List.Item>
          ))}
        </List>
      )}
      {managesRoles && user.status !== "inactive" && (
        <div>
          <Button variant="light" size="xs" onClick={() => setShown(true)}>
            {m.role_preview_of({ name: personName(user) })}
          </Button>
          <Modal opened={shown} onClose={() => setShown(false)} title={m.role_preview_of({ name: personName(user) })} size="xl">
            {shown && <Preview query={{ user: user.id }} />}
          </Modal>
        </div>
      )}
    </Section>
  );
}

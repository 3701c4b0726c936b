import "@mantine/core/styles/Table.css";

import { Anchor, Badge, Button, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { isSupport } from "~/api";
import { m } from "~/paraglide/messages";
import { rolesQuery } from "~/setup/people/queries";
import { NewRoleDialog } from "~/setup/people/roles/NewRoleDialog";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";

/** All roles of the tenant. */
export default function RolesPage() {
  const { data: roles, error, refetch } = useQuery(rolesQuery);
  const [creates, setCreates] = useState(false);
  return (
    <div className="page">
      <PageHeader title={m.setup_nav_roles()} description={m.role_list_text()}>
        <Button variant="default" renderRoot={(props) => <Link to="/setup/roles/explain" search={{ user: "", object: "", record: "", action: "" }} {...props} />}>
          {m.role_explain()}
        </Button>
        {!isSupport() && <Button onClick={() => setCreates(true)}>{m.role_new()}</Button>}
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!roles && !error && <LoadingState />}
      {roles?.length === 0 && <EmptyState text={m.role_none()} />}
      {roles && roles.length > 0 && (
        <Table.ScrollContainer minWidth={0} type="native">
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{m.user_role()}</Table.Th>
                <Table.Th ta="end">{m.setup_nav_users()}</Table.Th>
                <Table.Th visibleFrom="sm">{m.role_kind()}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {roles.map((role) => (
                <Table.Tr key={role.id}>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>
                    <Anchor fz="inherit" fw={500} renderRoot={(props) => <Link to="/setup/roles/$roleId" params={{ roleId: role.id }} search={{ tab: "" }} {...props} />}>{role.label}</Anchor>
                    <Text size="xs" c="dimmed">
                      {role.description || role.name}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="end">{role.users}</Table.Td>
                  <Table.Td visibleFrom="sm">
                    <Group gap={4}>
                      <Badge variant="default" tt="none">
                        {role.system ? m.role_system() : m.role_own()}
                      </Badge>
                      {role.mfaRequired && (
                        <Badge variant="default" tt="none">
                          {m.role_mfa()}
                        </Badge>
                      )}
                      {(role.fields.length > 0 || role.rules.length > 0) && (
                        <Badge variant="default" tt="none">
                          {m.role_restricted()}
                        </Badge>
                      )}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <NewRoleDialog opened={creates} onClose={() => setCreates(false)} roles={roles ?? []} />
    </div>
  );
}

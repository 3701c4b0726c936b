import "@mantine/core/styles/Table.css";

import { Anchor, Button, Group, Select, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { rolesQuery, usersQuery, type User } from "~/setup/people/queries";
import type { Role } from "~/setup/people/rights";
import { InviteDialog } from "~/setup/people/users/InviteDialog";
import { StatusBadge } from "~/setup/people/users/StatusBadge";
import { personName, roleLabel, STATUS_WORDS } from "~/setup/people/words";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";

const route = getRouteApi("/shell/setup/users");
const STATUSES: readonly User["status"][] = ["active", "invited", "inactive"];

/** Everybody who may sign in, or could. The address has the search and the filters. */
export default function UsersPage() {
  const { q, status, role } = route.useSearch();
  const navigate = route.useNavigate();
  const [words, setWords] = useState(q);
  const [settled] = useDebouncedValue(words.trim(), 250);
  const [invites, setInvites] = useState(false);
  useEffect(() => {
    if (settled !== q) void navigate({ search: (before) => ({ ...before, q: settled }), replace: true });
  }, [settled, q, navigate]);
  const chosen = STATUSES.find((one) => one === status);
  const users = useInfiniteQuery(usersQuery({ search: q, role, ...(chosen ? { status: chosen } : {}) }));
  const { data: roles = [] } = useQuery(rolesQuery);
  const found = users.data?.pages.flatMap((page) => page.data) ?? [];
  const isSelected = q !== "" || role !== "" || chosen !== undefined;
  return (
    <div className="page">
      <PageHeader title={m.setup_nav_users()} description={m.user_list_text()}>
        <Button onClick={() => setInvites(true)}>{m.user_invite()}</Button>
      </PageHeader>
      <Group mb="md" gap="xs" role="search">
        <TextInput type="search" aria-label={m.user_search()} placeholder={m.user_search()} value={words} onChange={(event) => setWords(event.currentTarget.value)} style={{ flex: "1 1 12rem" }} />
        <Select aria-label={m.user_status()} placeholder={m.user_status_any()} clearable style={{ flex: "1 1 9rem", maxWidth: "12rem" }} data={STATUSES.map((one) => ({ value: one, label: STATUS_WORDS[one]() }))} value={chosen ?? null} onChange={(next) => void navigate({ search: (before) => ({ ...before, status: next ?? "" }) })} />
        <Select aria-label={m.user_role()} placeholder={m.user_role_any()} clearable searchable style={{ flex: "1 1 9rem", maxWidth: "12rem" }} data={roles.map((one) => ({ value: one.name, label: one.label }))} value={role || null} onChange={(next) => void navigate({ search: (before) => ({ ...before, role: next ?? "" }) })} />
      </Group>
      {users.isError && <ErrorState error={users.error} onRetry={() => void users.refetch()} />}
      {users.isPending && <LoadingState />}
      {users.isSuccess && found.length === 0 && <EmptyState text={isSelected ? m.user_no_match() : m.user_none()} />}
      {found.length > 0 && <Users users={found} roles={roles} />}
      {users.hasNextPage && (
        <Button mt="md" variant="light" loading={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
          {m.more()}
        </Button>
      )}
      <InviteDialog opened={invites} onClose={() => setInvites(false)} roles={roles} />
    </div>
  );
}

function Users({ users, roles }: { users: User[]; roles: Role[] }) {
  const style = currentStyle();
  return (
    <Table.ScrollContainer minWidth={0} type="native">
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{m.user_person()}</Table.Th>
            <Table.Th visibleFrom="sm">{m.user_status()}</Table.Th>
            <Table.Th>{m.user_roles()}</Table.Th>
            <Table.Th visibleFrom="sm">{m.user_last_sign_in()}</Table.Th>
            <Table.Th visibleFrom="sm">{m.second_factors()}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Table.Tr key={user.id}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                <Anchor fz="inherit" fw={500} renderRoot={(props) => <Link to="/setup/users/$userId" params={{ userId: user.id }} {...props} />}>{personName(user)}</Anchor>
                {user.name !== "" && (
                  <Text size="xs" c="dimmed">
                    {user.email}
                  </Text>
                )}
                {user.status !== "active" && (
                  <Text size="xs" hiddenFrom="sm">
                    {STATUS_WORDS[user.status]()}
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <StatusBadge status={user.status} />
              </Table.Td>
              <Table.Td>{user.roles && user.roles.length > 0 ? user.roles.map((one) => roleLabel(roles, one)).join(", ") : <span className="nothing">{m.user_no_roles()}</span>}</Table.Td>
              <Table.Td visibleFrom="sm">{user.lastSignInAt ? moment(user.lastSignInAt, style) : <span className="nothing">{m.user_never()}</span>}</Table.Td>
              <Table.Td visibleFrom="sm">{user.factors ? user.factors : <span className="nothing">{m.user_no_factors()}</span>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

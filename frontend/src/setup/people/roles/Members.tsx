import "@mantine/core/styles/Table.css";

import { Anchor, Button, Group, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api, navigationQuery } from "~/api";
import { messageOf } from "~/app/messages";
import { LookupInput } from "~/fields/LookupInput";
import { m } from "~/paraglide/messages";
import { refreshPeople, rolesQuery, usersQuery } from "~/setup/people/queries";
import { areEssential, type Role } from "~/setup/people/rights";
import { personName } from "~/setup/people/words";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";

/** Who has the role. Giving and taking it is a change of the user, which is saved at once. */
export function Members({ role }: { role: Role }) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  if (!navigation.permissions.includes("users:manage")) return <Text className="empty">{m.role_members_need({ permission: m.role_users_manage() })}</Text>;
  return <MemberList role={role} self={navigation.user.id} />;
}

function MemberList({ role, self }: { role: Role; self: string }) {
  const users = useInfiniteQuery(usersQuery({ role: role.id }));
  const { data: roles = [] } = useQuery(rolesQuery);
  const [added, setAdded] = useState<{ id: string; name: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const found = users.data?.pages.flatMap((page) => page.data) ?? [];
  const change = async (userId: string, has: boolean, message: string) => {
    setBusy(true);
    try {
      const params = { path: { userId } };
      const { data: user } = await api.GET("/api/v1/users/{userId}", { params });
      const others = (user!.roles ?? []).filter((one) => one !== role.name);
      await api.PUT("/api/v1/users/{userId}/roles", { params, body: { roles: has ? [...others, role.name] : others } });
      notifications.show({ message });
      setAdded(null);
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await refreshPeople();
    setBusy(false);
  };
  const losesOwnRights = (names: readonly string[]) => {
    const left = roles.filter((one) => names.includes(one.name) && one.name !== role.name);
    return areEssential(roles.filter((one) => names.includes(one.name))) && !areEssential(left);
  };
  return (
    <Stack>
      <Group align="flex-end" gap="xs">
        <div style={{ flex: "0 1 20rem", minWidth: 0 }}>
          <LookupInput key={added?.id ?? `${found.length}`} target="users" label={m.role_add_member()} value={added} clearable onChange={setAdded} />
        </div>
        <Button disabled={!added} loading={busy} onClick={() => added && void change(added.id, true, m.role_member_added({ name: added.name, role: role.label }))}>
          {m.role_add()}
        </Button>
      </Group>
      {users.isError && <ErrorState error={users.error} onRetry={() => void users.refetch()} />}
      {users.isPending && <LoadingState />}
      {users.isSuccess && found.length === 0 && <EmptyState text={m.role_members_none()} />}
      {found.length > 0 && (
        <Table verticalSpacing="xs">
          <Table.Tbody>
            {found.map((user) => (
              <Table.Tr key={user.id}>
                <Table.Td style={{ overflowWrap: "anywhere" }}>
                  <Anchor fz="inherit" fw={500} renderRoot={(props) => <Link to="/setup/users/$userId" params={{ userId: user.id }} {...props} />}>{personName(user)}</Anchor>
                  {user.name !== "" && (
                    <Text size="xs" c="dimmed">
                      {user.email}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="end">
                  {user.id === self && losesOwnRights(user.roles ?? []) ? (
                    <Text size="xs" c="dimmed">
                      {m.role_member_self()}
                    </Text>
                  ) : (
                    <Button size="compact-sm" variant="subtle" color="red" disabled={busy} aria-label={m.role_remove_member({ name: personName(user) })} onClick={() => void change(user.id, false, m.role_member_removed({ name: personName(user), role: role.label }))}>
                      {m.user_remove()}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {users.hasNextPage && (
        <Button variant="light" loading={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
          {m.more()}
        </Button>
      )}
    </Stack>
  );
}

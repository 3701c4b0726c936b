import { Button, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { refreshPeople, userQuery, type User } from "~/setup/people/queries";
import { Section } from "~/setup/people/Section";
import { personName } from "~/setup/people/words";
import { ConfirmByName } from "~/setup/pieces/ConfirmByName";

interface Props {
  user: User;
  isSelf: boolean;
  isLocked: boolean;
}

/** Deactivating, which can be undone, and deleting. Not for oneself, nor for the last administrator. */
export function EndOfUser({ user, isSelf, isLocked }: Props) {
  const navigate = useNavigate();
  const [deletes, setDeletes] = useState(false);
  const params = { path: { userId: user.id } };
  const name = personName(user);
  const reason = isSelf ? m.user_end_self() : user.lastAdministrator ? m.user_end_last() : isLocked ? m.user_end_beyond() : "";
  const act = async (work: () => Promise<unknown>, message: string) => {
    try {
      await work();
      notifications.show({ message });
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await refreshPeople();
  };
  const deactivate = () =>
    modals.openConfirmModal({
      title: m.user_deactivate_title({ name }),
      children: <Text size="sm">{m.user_deactivate_text()}</Text>,
      labels: { confirm: m.user_deactivate(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => void act(() => api.POST("/api/v1/users/{userId}/deactivate", { params }), m.user_deactivated({ name })),
    });
  const reactivate = () => act(() => api.POST("/api/v1/users/{userId}/reactivate", { params }), m.user_reactivated({ name }));
  const remove = async () => {
    await api.DELETE("/api/v1/users/{userId}", { params });
    setDeletes(false);
    await navigate({ to: "/setup/users", search: { q: "", status: "", role: "" } });
    queries.removeQueries({ queryKey: userQuery(user.id).queryKey });
    await refreshPeople();
    notifications.show({ message: m.user_deleted({ name }) });
  };
  if (reason !== "") {
    return (
      <Section title={m.user_end()}>
        <Text size="sm">{reason}</Text>
      </Section>
    );
  }
  return (
    <Section title={m.user_end()}>
      <Stack gap="xs">
        <Text size="sm">{user.status === "inactive" ? m.user_reactivate_text() : m.user_deactivate_text()}</Text>
        <Group gap="xs">
          {user.status === "inactive" ? (
            <Button variant="light" onClick={() => void reactivate()}>
              {m.user_reactivate()}
            </Button>
          ) : (
            <Button variant="light" color="red" onClick={deactivate}>
              {m.user_deactivate()}
            </Button>
          )}
          <Button variant="subtle" color="red" onClick={() => setDeletes(true)}>
            {m.user_delete()}
          </Button>
        </Group>
      </Stack>
      <ConfirmByName opened={deletes} onClose={() => setDeletes(false)} title={m.user_delete_title({ name })} name={user.email} action={m.user_delete()} onConfirm={remove}>
        <Text size="sm">{m.user_delete_text()}</Text>
      </ConfirmByName>
    </Section>
  );
}

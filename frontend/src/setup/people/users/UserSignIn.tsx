import "@mantine/core/styles/Table.css";

import type { Schemas } from "@freehold/client";
import { Problem } from "@freehold/client";
import { Button, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { Confirm } from "~/account/Factors";
import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { Refusal } from "~/session/Refusal";
import { LinkBox } from "~/setup/people/LinkBox";
import { refreshPeople, userFactorsQuery, type User } from "~/setup/people/queries";
import { Section } from "~/setup/people/Section";

interface Props {
  user: User;
  isSelf: boolean;
  isLocked: boolean;
}

/** How a user signs in: links for a password, and second factors, which can be taken away. */
export function UserSignIn({ user, isSelf, isLocked }: Props) {
  const [link, setLink] = useState<Schemas["LinkResponse"] | null>(null);
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const isInvited = user.status === "invited";
  const createLink = async () => {
    setRefusal("");
    setBusy(true);
    try {
      setLink((await api.POST("/api/v1/users/{userId}/link", { params: { path: { userId: user.id } } })).data!);
    } catch (failure) {
      setRefusal(messageOf(failure));
    }
    setBusy(false);
  };
  const text = user.status === "inactive" ? m.user_sign_in_inactive() : isInvited ? m.user_sign_in_invited() : m.user_sign_in_text();
  return (
    <Section title={m.user_sign_in()}>
      <Refusal text={refusal} />
      <Text size="sm">{isSelf ? m.user_sign_in_self() : text}</Text>
      {link && <LinkBox email={user.email} link={link} />}
      <Group gap="xs">
        {isSelf && (
          <Button variant="light" renderRoot={(props) => <Link to="/account" {...props} />}>
            {m.account_menu()}
          </Button>
        )}
        {!isSelf && !isLocked && user.status !== "inactive" && (
          <Button variant="light" loading={busy} onClick={() => void createLink()}>
            {isInvited ? m.user_invite_again() : m.user_reset_password()}
          </Button>
        )}
      </Group>
      {!isSelf && !isLocked && !isInvited && <FactorsOfUser user={user} />}
    </Section>
  );
}

function FactorsOfUser({ user }: { user: User }) {
  const { data: factors } = useQuery(userFactorsQuery(user.id));
  const [pending, setPending] = useState<(() => Promise<void>) | null>(null);
  const style = currentStyle();
  const run = async (work: () => Promise<void>) => {
    try {
      await work();
      await refreshPeople();
      notifications.show({ message: m.user_factor_removed() });
    } catch (failure) {
      if (failure instanceof Problem && failure.code === "confirmation-required") setPending(() => work);
      else notifications.show({ color: "red", message: messageOf(failure) });
    }
  };
  const remove = (factorId: string) =>
    run(async () => {
      await api.DELETE("/api/v1/users/{userId}/factors/{factorId}", { params: { path: { userId: user.id, factorId } } });
    });
  const removeAll = () =>
    run(async () => {
      await api.DELETE("/api/v1/users/{userId}/factors", { params: { path: { userId: user.id } } });
    });
  if (!factors) return null;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} component="h3">
        {m.second_factors()}
      </Text>
      {factors.data.length === 0 && <Text size="sm">{m.user_factors_none()}</Text>}
      {factors.data.length > 0 && (
        <>
          <Text size="sm">{m.user_factors_text()}</Text>
          <Table>
            <Table.Tbody>
              {factors.data.map((one) => {
                const name = one.name || (one.kind === "totp" ? m.authenticator_app() : m.passkey());
                return (
                  <Table.Tr key={one.id}>
                    <Table.Td style={{ overflowWrap: "anywhere" }}>
                      {name}
                      <Text size="xs" c="dimmed">
                        {one.lastUsedAt ? m.user_last_used({ time: moment(one.lastUsedAt, style) }) : m.user_never_used()}
                      </Text>
                    </Table.Td>
                    <Table.Td ta="end">
                      <Button size="compact-sm" variant="subtle" color="red" aria-label={m.user_remove_factor({ name })} onClick={() => void remove(one.id)}>
                        {m.user_remove()}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
          <div>
            <Button size="xs" variant="light" color="red" onClick={() => void removeAll()}>
              {m.user_remove_factors()}
            </Button>
          </div>
        </>
      )}
      <Modal opened={pending !== null} onClose={() => setPending(null)} title={m.user_confirm_title()}>
        {pending && (
          <Confirm
            onConfirmed={async () => {
              setPending(null);
              await run(pending);
            }}
          />
        )}
      </Modal>
    </Stack>
  );
}

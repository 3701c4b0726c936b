import type { Schemas } from "@freehold/client";
import { Alert, Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, navigationQuery } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { LinkBox } from "~/setup/people/LinkBox";
import { refreshPeople } from "~/setup/people/queries";
import { RoleChoice } from "~/setup/people/RoleChoice";
import type { Role } from "~/setup/people/rights";
import { parseAddresses, type Invitee } from "~/setup/people/users/addresses";

interface Props {
  opened: boolean;
  onClose: () => void;
  roles: Role[];
}

type Outcome = { email: string; link: Schemas["LinkResponse"] } | { email: string; error: string };

/** Invites one person, or many with pasted addresses. Those who could not be invited stay to be corrected. */
export function InviteDialog({ opened, onClose, roles }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={m.user_invite_title()} size="lg">
      {opened && <Invitation roles={roles} onClose={onClose} />}
    </Modal>
  );
}

function Invitation({ roles, onClose }: { roles: Role[]; onClose: () => void }) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const { people, faults } = parseAddresses(text);
  const own = roles.filter((one) => navigation.roles.includes(one.name));
  const named = (one: Invitee): Invitee => (people.length === 1 && name.trim() !== "" ? { ...one, name: name.trim() } : one);

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setError(people.length === 0 ? m.user_invite_nobody() : faults.length > 0 ? m.user_invite_faults({ faults: faults.slice(0, 5).join(", ") }) : "");
    if (people.length === 0 || faults.length > 0) return;
    setBusy(true);
    const done: Outcome[] = [];
    for (const one of people.map(named)) {
      done.push(await invite(one, chosen));
      setOutcomes([...done]);
    }
    await refreshPeople();
    setBusy(false);
    const failed = done.filter((one) => "error" in one);
    setText(failed.map((one) => one.email).join("\n"));
  };

  const isOver = outcomes.length > 0 && !busy;
  const failed = outcomes.filter((one) => "error" in one);
  return (
    <Stack>
      {outcomes.length > 0 && (
        <Stack role="status" aria-live="polite">
          {outcomes.map((one) =>
            "link" in one ? (
              <LinkBox key={one.email} email={one.email} link={one.link} />
            ) : (
              <Alert key={one.email} color="red">
                {one.email}: {one.error}
              </Alert>
            ),
          )}
        </Stack>
      )}
      {(!isOver || failed.length > 0) && (
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <Textarea
              label={m.user_addresses()}
              description={m.user_addresses_text()}
              autosize
              minRows={2}
              maxRows={8}
              required
              data-autofocus
              inputMode="email"
              value={text}
              error={error || null}
              onChange={(event) => {
                setText(event.currentTarget.value);
                setError("");
              }}
            />
            {people.length === 1 && !people[0]?.name && <TextInput label={m.user_name()} description={m.user_name_text()} autoComplete="off" value={name} onChange={(event) => setName(event.currentTarget.value)} />}
            <RoleChoice roles={roles} own={own} value={chosen} onChange={setChosen} />
            {chosen.length === 0 && (
              <Text size="sm" c="dimmed">
                {m.user_invite_no_roles()}
              </Text>
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {m.cancel()}
              </Button>
              <Button type="submit" loading={busy}>
                {people.length > 1 ? m.user_invite_many({ count: people.length }) : m.user_invite()}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
      {isOver && failed.length === 0 && (
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {m.user_invite_done()}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

async function invite({ email, name }: Invitee, roles: string[]): Promise<Outcome> {
  try {
    const { data } = await api.POST("/api/v1/users", { body: { email, name, roles } });
    return { email, link: data!.invitation! };
  } catch (failure) {
    return { email, error: messageOf(failure) };
  }
}

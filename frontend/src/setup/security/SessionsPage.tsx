import "~/setup/security/security.css";

import { Badge, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, navigationQuery } from "~/api";
import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";
import { act } from "~/setup/security/acting";
import { deviceOf } from "~/setup/security/device";
import { allSessionsQuery, type Session } from "~/setup/security/queries";
import { Row } from "~/setup/security/Row";

/** Who is signed in, by user; those who used it last come first. */
export default function SessionsPage() {
  const { data: sessions, error, isPending, refetch } = useQuery(allSessionsQuery);
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const [words, setWords] = useState("");
  const found = (sessions ?? []).filter((one) => `${one.userName} ${one.userEmail}`.toLowerCase().includes(words.trim().toLowerCase()));
  const users = [...new Set(found.map((one) => one.user))].map((user) => ({ user, list: found.filter((one) => one.user === user) }));
  return (
    <div className="page" style={{ maxWidth: "56rem" }}>
      <PageHeader title={m.setup_nav_sessions()} description={m.session_text()} />
      {isPending ? (
        <LoadingState />
      ) : error && !sessions ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Stack gap="lg">
          <TextInput type="search" maw="20rem" placeholder={m.session_search()} aria-label={m.session_search()} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
          {users.length === 0 && <EmptyState text={m.session_none()} />}
          {users.map(({ user, list }) => (
            <OfUser key={user} list={list} isOwn={user === navigation.user.id} />
          ))}
        </Stack>
      )}
    </div>
  );
}

function OfUser({ list, isOwn }: { list: Session[]; isOwn: boolean }) {
  const { user, userName, userEmail } = list[0]!;
  const name = userName || userEmail;
  const endAll = () =>
    modals.openConfirmModal({
      title: isOwn ? m.session_end_mine() : m.session_end_all_title({ user: name }),
      children: <Text size="sm">{m.session_end_text()}</Text>,
      labels: { confirm: m.session_end_all(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => void act(() => api.DELETE("/api/v1/sessions", { params: { query: isOwn ? {} : { user } } }), ["sessions"], m.session_ended()),
    });
  return (
    <section aria-label={name}>
      <Group justify="space-between" mb={4} gap="xs">
        <div style={{ minWidth: 0 }}>
          <Title order={2} fz="md" style={{ overflowWrap: "anywhere" }}>
            {name}
          </Title>
          {userName !== "" && (
            <Text size="xs" c="dimmed">
              {userEmail}
            </Text>
          )}
        </div>
        {list.some((one) => !one.current) && list.length > 1 && (
          <Button size="compact-sm" variant="subtle" color="red" onClick={endAll}>
            {isOwn ? m.session_end_mine() : m.session_end_all()}
          </Button>
        )}
      </Group>
      <ul className="setup-rows">
        {list.map((one) => (
          <SessionRow key={one.id} session={one} />
        ))}
      </ul>
    </section>
  );
}

function SessionRow({ session }: { session: Session }) {
  const style = currentStyle();
  const device = wordsOf(session);
  const end = () => act(() => api.DELETE("/api/v1/sessions/{sessionId}", { params: { path: { sessionId: session.id } } }), ["sessions"], m.session_ended());
  return (
    <Row
      title={device}
      badges={
        <>
          {session.kind === "support" && (
            <Badge size="sm" color="yellow" variant="light" c="light-dark(var(--mantine-color-yellow-9), var(--mantine-color-yellow-2))" tt="none">
              {m.session_support()}
            </Badge>
          )}
          {session.secondFactor && (
            <Badge size="sm" variant="default" tt="none">
              {m.session_factor()}
            </Badge>
          )}
        </>
      }
      facts={[session.address, m.session_used({ at: moment(session.lastUsedAt, style) }), m.session_since({ at: moment(session.createdAt, style) })]}
    >
      {session.current ? (
        <Badge variant="default" tt="none">
          {m.this_session()}
        </Badge>
      ) : (
        <Button size="compact-sm" variant="light" color="red" aria-label={m.session_end_of({ device })} onClick={() => void end()}>
          {m.session_end()}
        </Button>
      )}
    </Row>
  );
}

/** "Firefox on Windows", or the name of a program. */
function wordsOf({ userAgent, kind }: Session): string {
  const { browser, system } = deviceOf(userAgent);
  if (kind === "tokens" && system === "") return browser === "" ? m.session_program() : m.session_program_named({ name: browser });
  if (browser !== "" && system !== "") return m.session_device({ browser, system });
  return browser || system || m.session_unknown();
}

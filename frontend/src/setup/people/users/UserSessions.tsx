import "@mantine/core/styles/Table.css";

import { Button, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { userSessionsQuery, type User } from "~/setup/people/queries";
import { Section } from "~/setup/people/Section";

/** Where a user is signed in. */
export function UserSessions({ user, isSelf }: { user: User; isSelf: boolean }) {
  const query = userSessionsQuery(user.id);
  const { data: sessions } = useQuery(query);
  const style = currentStyle();
  const end = async (sessionId: string | null) => {
    try {
      if (sessionId !== null) await api.DELETE("/api/v1/sessions/{sessionId}", { params: { path: { sessionId } } });
      else await api.DELETE("/api/v1/sessions", isSelf ? {} : { params: { query: { user: user.id } } });
      notifications.show({ message: m.user_sessions_ended() });
    } catch (failure) {
      notifications.show({ color: "red", message: messageOf(failure) });
    }
    await queries.invalidateQueries({ queryKey: query.queryKey });
  };
  if (!sessions || user.status === "invited") return null;
  const others = sessions.filter((one) => !one.current);
  return (
    <Section title={m.user_sessions()}>
      {sessions.length === 0 && <Text size="sm">{m.user_sessions_none()}</Text>}
      {sessions.length > 0 && (
        <Table>
          <Table.Tbody>
            {sessions.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td style={{ overflowWrap: "anywhere" }}>
                  {one.userAgent || one.kind}
                  <Text size="xs" c="dimmed">
                    {one.address} · {moment(one.lastUsedAt, style)}
                  </Text>
                </Table.Td>
                <Table.Td ta="end">
                  {one.current ? (
                    <Text size="sm">{m.this_session()}</Text>
                  ) : (
                    <Button size="compact-sm" variant="subtle" color="red" aria-label={m.user_end_session({ name: one.userAgent || one.kind })} onClick={() => void end(one.id)}>
                      {m.end_session()}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {others.length > 1 && (
        <div>
          <Button size="xs" variant="light" color="red" onClick={() => void end(null)}>
            {isSelf ? m.end_other_sessions() : m.user_end_sessions()}
          </Button>
        </div>
      )}
    </Section>
  );
}

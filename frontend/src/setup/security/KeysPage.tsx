import "@mantine/core/styles/FloatingIndicator.css";
import "@mantine/core/styles/SegmentedControl.css";
import "~/setup/security/security.css";

import { Anchor, Badge, Button, SegmentedControl, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
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
import { NewKeyDialog } from "~/setup/security/NewKeyDialog";
import { keysQuery, type ApiKey } from "~/setup/security/queries";
import { Row } from "~/setup/security/Row";

/** Keys of programs: one's own, and everybody's for those who manage users. */
export default function KeysPage() {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const mayAll = navigation.permissions.includes("users:manage");
  const [everyone, setEveryone] = useState(false);
  const { data: keys, error, isPending, refetch } = useQuery(keysQuery(everyone));
  const [creating, { open, close }] = useDisclosure();
  return (
    <div className="page" style={{ maxWidth: "56rem" }}>
      <PageHeader title={m.setup_nav_keys()} description={m.key_text()}>
        <Button onClick={open}>{m.key_new()}</Button>
      </PageHeader>
      <Stack>
        {mayAll && (
          <div>
            <SegmentedControl size="xs" aria-label={m.key_whose()} data={[{ value: "mine", label: m.key_mine() }, { value: "all", label: m.key_all() }]} value={everyone ? "all" : "mine"} onChange={(value) => setEveryone(value === "all")} />
          </div>
        )}
        {isPending ? (
          <LoadingState />
        ) : error && !keys ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : keys!.length === 0 ? (
          <EmptyState text={m.key_none()} />
        ) : (
          <ul className="setup-rows">
            {keys!.map((one) => (
              <KeyRow key={one.id} apiKey={one} showsUser={everyone} />
            ))}
          </ul>
        )}
      </Stack>
      <Text size="sm" c="dimmed" mt="lg">
        {m.key_for_programs()}{" "}
        <Anchor href="/schema" target="_blank" rel="noopener">
          {m.key_documentation()}
        </Anchor>
        {" · "}
        <Anchor href="/api/v1/schema.d.ts" download>
          {m.key_types()}
        </Anchor>
      </Text>
      <NewKeyDialog opened={creating} roles={navigation.roles} onClose={close} />
    </div>
  );
}

function KeyRow({ apiKey, showsUser }: { apiKey: ApiKey; showsUser: boolean }) {
  const style = currentStyle();
  const { name, prefix, roles, expiresAt, lastUsedAt, revokedAt, createdAt } = apiKey;
  const isOver = expiresAt !== null && new Date(expiresAt) <= new Date();
  const revoke = () =>
    modals.openConfirmModal({
      title: m.key_revoke_title({ name }),
      children: <Text size="sm">{m.key_revoke_text()}</Text>,
      labels: { confirm: m.key_revoke(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => void act(() => api.DELETE("/api/v1/api-keys/{keyId}", { params: { path: { keyId: apiKey.id } } }), ["api-keys"], m.key_revoked()),
    });
  return (
    <Row
      title={name}
      badges={
        (revokedAt !== null || isOver) && (
          <Badge size="sm" variant="default" tt="none">
            {revokedAt !== null ? m.key_is_revoked() : m.key_is_expired()}
          </Badge>
        )
      }
      facts={[
        showsUser ? apiKey.userName || apiKey.userEmail : null,
        `${prefix}…`,
        m.key_roles({ roles: roles.join(", ") || "–" }),
        m.key_created({ at: moment(createdAt, style) }),
        lastUsedAt === null ? m.key_never_used() : m.key_used({ at: moment(lastUsedAt, style) }),
        revokedAt !== null ? m.key_revoked_at({ at: moment(revokedAt, style) }) : expiresAt === null ? m.key_never_expires() : m.key_expires({ at: moment(expiresAt, style) }),
      ]}
    >
      {revokedAt === null && !isOver && (
        <Button size="compact-sm" variant="light" color="red" aria-label={`${m.key_revoke()}: ${name}`} onClick={revoke}>
          {m.key_revoke()}
        </Button>
      )}
    </Row>
  );
}

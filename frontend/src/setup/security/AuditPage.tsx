import "~/setup/security/security.css";

import { Anchor, Badge, Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";

import { api } from "~/api";
import { LookupInput } from "~/fields/LookupInput";
import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";
import { auditQuery, detailLines, type AuditSearch, type Event } from "~/setup/security/audit";
import { KINDS, titleOf } from "~/setup/security/auditWords";
import { Row } from "~/setup/security/Row";

const route = getRouteApi("/shell/setup/audit");

/** What was done in the tenant, newest first. The address has the filter. */
export default function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (part: AuditSearch) => void navigate({ search: { ...search, ...part }, replace: true });
  const query = auditQuery(search, currentStyle().timeZone);
  const events = useInfiniteQuery({
    queryKey: ["audit", query],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: { ...query, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } };
      return (await api.GET("/api/v1/audit", { params, signal })).data!;
    },
    getNextPageParam: (last) => last.page.next ?? undefined,
  });
  const found = events.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <div className="page" style={{ maxWidth: "60rem" }}>
      <PageHeader title={m.setup_nav_audit()} description={m.audit_text()}>
        <Button component="a" size="xs" variant="default" href={`/api/v1/audit/export.csv?${new URLSearchParams(query).toString()}`} download>
          {m.export_()}
        </Button>
      </PageHeader>
      <Stack>
        <Filter search={search} events={found} onChange={set} />
        {events.isPending ? (
          <LoadingState />
        ) : events.isError && found.length === 0 ? (
          <ErrorState error={events.error} onRetry={() => void events.refetch()} />
        ) : found.length === 0 ? (
          <EmptyState text={m.audit_none()} />
        ) : (
          <>
            <ul className="setup-rows" aria-label={m.setup_nav_audit()}>
              {found.map((one) => (
                <EventRow key={one.id} event={one} onChange={set} />
              ))}
            </ul>
            {events.hasNextPage && <More busy={events.isFetchingNextPage} onMore={() => void events.fetchNextPage()} />}
          </>
        )}
      </Stack>
    </div>
  );
}

/** Loads more when it comes into sight, or on a click. */
function More({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const { ref, entry } = useIntersection({ rootMargin: "400px" });
  const isSeen = entry?.isIntersecting === true;
  useEffect(() => {
    if (isSeen && !busy) onMore();
  }, [isSeen, busy]);
  return (
    <Group justify="center" ref={ref}>
      <Button variant="light" size="xs" loading={busy} onClick={onMore}>
        {m.audit_more()}
      </Button>
    </Group>
  );
}

function Filter({ search, events, onChange }: { search: AuditSearch; events: Event[]; onChange: (part: AuditSearch) => void }) {
  const actor = events.find((one) => one.actor?.id === search.actor)?.actor;
  const subject = events.find((one) => one.subject?.id === search.subject)?.subject;
  const kinds = [{ value: "sign-in", label: m.audit_kind_sign_in() }, ...Object.entries(KINDS).map(([kind, word]) => ({ value: `${kind}.*`, label: kind === "sign-in" ? m.audit_sign_in_failed() : word() }))];
  const isKnown = search.action === undefined || kinds.some((one) => one.value === search.action);
  const data = [{ value: "", label: m.audit_any() }, ...kinds, ...(isKnown ? [] : [{ value: search.action!, label: titleOf(search.action!) }])];
  const isNarrowed = Object.keys(search).length > 0;
  const clear: AuditSearch = { actor: "", action: "", subject: "", since: "", until: "" };
  return (
    <Group align="flex-end" gap="sm">
      <div style={{ flex: "1 1 12rem" }}>
        <LookupInput target="users" label={m.audit_actor()} clearable value={search.actor === undefined ? null : { id: search.actor, name: actor?.email ?? search.actor.slice(0, 8) }} onChange={(user) => onChange({ actor: user?.id ?? "" })} />
      </div>
      <NativeSelect style={{ flex: "1 1 10rem" }} label={m.audit_kind()} data={data} value={search.action ?? ""} onChange={(event) => onChange({ action: event.currentTarget.value })} />
      <TextInput type="date" label={m.audit_since()} value={search.since ?? ""} onChange={(event) => onChange({ since: event.currentTarget.value })} />
      <TextInput type="date" label={m.audit_until()} value={search.until ?? ""} onChange={(event) => onChange({ until: event.currentTarget.value })} />
      {search.subject !== undefined && (
        <Badge size="lg" variant="default" tt="none">
          {m.audit_about({ name: subject?.name || search.subject.slice(0, 8) })}
        </Badge>
      )}
      {isNarrowed && (
        <Button variant="subtle" onClick={() => onChange(clear)}>
          {m.clear_filter()}
        </Button>
      )}
    </Group>
  );
}

function EventRow({ event, onChange }: { event: Event; onChange: (part: AuditSearch) => void }) {
  const { actor, subject, operator } = event;
  const lines = detailLines(event.detail);
  return (
    <Row
      title={
        <>
          <Anchor component="button" type="button" size="sm" fw={600} title={m.audit_only_action()} onClick={() => onChange({ action: event.action })}>
            {titleOf(event.action)}
          </Anchor>
          {subject && subject.name !== "" && (
            <>
              {" "}
              {subject.id === null ? (
                subject.name
              ) : (
                <Anchor component="button" type="button" size="sm" title={m.audit_only_subject()} onClick={() => onChange({ subject: subject.id! })}>
                  {subject.name}
                </Anchor>
              )}
            </>
          )}
        </>
      }
      badges={
        operator !== null && (
          <Badge size="sm" variant="default" tt="none">
            {m.audit_operator({ operator })}
          </Badge>
        )
      }
      facts={[moment(event.at, currentStyle()), actor?.email ?? (event.action.startsWith("sign-in") ? null : m.nobody()), actor?.apiKey ? m.audit_by_key() : null, event.address]}
    >
      {lines.length > 0 && (
        <details style={{ width: "100%" }}>
          <summary style={{ cursor: "pointer", fontSize: "var(--mantine-font-size-xs)" }}>{m.audit_details()}</summary>
          <dl className="setup-detail">
            {lines.map(({ name, text }) => (
              <div key={name} style={{ display: "contents" }}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </Row>
  );
}

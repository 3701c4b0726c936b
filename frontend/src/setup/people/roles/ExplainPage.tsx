import "@mantine/core/styles/List.css";

import type { Schemas } from "@freehold/client";
import { Alert, Group, List, Select, Stack, Text, Title } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { api, navigationQuery, queryRecords } from "~/api";
import { LookupInput } from "~/fields/LookupInput";
import { fromJson } from "~/filters/filter";
import { pluralLabelOf } from "~/fields/labels";
import { m } from "~/paraglide/messages";
import { objectsQuery, type ObjectDefinition } from "~/setup/objects/queries";
import { rolesQuery, userQuery } from "~/setup/people/queries";
import { ACTIONS, type Action, type Role } from "~/setup/people/rights";
import { fieldsOf, ruleInWords } from "~/setup/people/roles/words";
import { ACTION_WORDS, personName, roleLabel } from "~/setup/people/words";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { ErrorState, LoadingState } from "~/setup/pieces/states";

const route = getRouteApi("/shell/setup/roles/explain");
type Verdict = Schemas["VerdictResponse"];

/** Why a user may do something, or not: with an object, one of its records, or a field. */
export default function ExplainPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: objects = [] } = useQuery(objectsQuery);
  const chosen = useQuery({ ...userQuery(search.user), enabled: search.user !== "" });
  const [field, setField] = useState("");
  const action = ACTIONS.find((one) => one === search.action) ?? "read";
  const set = (part: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const mayLook = navigation.objects.some((one) => one.name === search.object && one.can.read);
  const nameField = objects.find((one) => one.name === search.object)?.nameField;
  const named = useQuery({
    queryKey: ["record name", search.object, search.record],
    enabled: search.record !== "" && mayLook && nameField !== undefined,
    queryFn: async ({ signal }) => (await queryRecords(search.object, { filter: { id: { eq: search.record } }, fields: ["id", "version", ...(nameField ? [nameField] : [])], limit: 1 }, signal)).data[0] ?? null,
  });
  const recordName = named.data && nameField ? String(named.data[nameField] ?? "") : "";
  const record = search.record === "" ? null : { id: search.record, name: recordName || search.record };
  const fields = action === "delete" ? [] : fieldsOf(objects, search.object);
  const user = chosen.data ? { id: chosen.data.id, name: personName(chosen.data) } : null;
  return (
    <div className="page" style={{ maxWidth: "52rem" }}>
      <PageHeader title={m.role_explain_title()} back={{ label: m.setup_nav_roles(), link: { to: "/setup/roles" } }} description={m.role_explain_text()} />
      <Stack>
        <Group grow preventGrowOverflow={false} align="flex-start">
          <div style={{ minWidth: 220 }}>
            <LookupInput key={user?.id ?? ""} target="users" label={m.role_explain_user()} value={user} clearable={false} required onChange={(next) => set({ user: next?.id ?? "" })} />
          </div>
          <Select miw={220} label={m.role_explain_action()} allowDeselect={false} data={ACTIONS.map((one) => ({ value: one, label: ACTION_WORDS[one]() }))} value={action} onChange={(next) => set({ action: next ?? "", ...(next === "create" ? { record: "" } : {}) })} />
        </Group>
        <Group grow preventGrowOverflow={false} align="flex-start">
          <Select
            miw={220}
            label={m.role_object()}
            required
            searchable
            data={objects.map((one) => ({ value: one.name, label: pluralLabelOf(one) }))}
            value={search.object || null}
            onChange={(next) => {
              setField("");
              set({ object: next ?? "", record: "" });
            }}
          />
          {search.object !== "" && action !== "create" && mayLook && (
            <div style={{ minWidth: 220 }}>
              <LookupInput
                key={`${search.object} ${record?.name ?? ""}`}
                target={search.object}
                label={m.role_explain_record()}
                value={record}
                clearable
                onChange={(next) => set({ record: next?.id ?? "" })}
              />
            </div>
          )}
          {fields.length > 0 && <Select miw={220} label={m.role_explain_field()} searchable clearable placeholder={m.role_explain_any()} data={fields.map((one) => ({ value: one.name, label: one.label }))} value={field || null} onChange={(next) => setField(next ?? "")} />}
        </Group>
        {search.user === "" || search.object === "" ? (
          <Text size="sm" c="dimmed">
            {m.role_explain_choose()}
          </Text>
        ) : (
          <Answer question={{ user: search.user, object: search.object, action, ...(record && action !== "create" ? { record: record.id } : {}), ...(field && action !== "delete" ? { field } : {}) }} objects={objects} />
        )}
      </Stack>
    </div>
  );
}

interface Question {
  user: string;
  object: string;
  action: Action;
  record?: string;
  field?: string;
}

const SENTENCES: Record<string, () => string> = {
  allowed: m.role_why_allowed,
  inactive: m.role_why_inactive,
  "no-permission": m.role_why_no_permission,
  "no-record": m.role_why_no_record,
  "record-hidden": m.role_why_record_hidden,
  "record-kept": m.role_why_record_kept,
  "no-field": m.role_why_no_field,
  "field-kept-back": m.role_why_field_kept,
  "field-of-the-system": m.role_why_field_system,
};

function Answer({ question, objects }: { question: Question; objects: ObjectDefinition[] }) {
  const { data: roles = [] } = useQuery(rolesQuery);
  const answer = useQuery({
    queryKey: ["setup", "explain", question],
    queryFn: async ({ signal }) => (await api.POST("/api/v1/permissions/explain", { body: question, signal })).data!,
  });
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />;
  if (!answer.data) return <LoadingState />;
  const { allowed, code, reason, roles: verdicts } = answer.data;
  const isPartly = allowed && question.record === undefined && question.action !== "create" && verdicts.filter((one) => one.action === question.action && one.permission).every((one) => one.rule);
  return (
    <Stack role="status" aria-live="polite">
      <Alert color={allowed ? "green" : "red"} title={allowed ? (isPartly ? m.role_answer_partly() : m.role_answer_yes()) : m.role_answer_no()}>
        {isPartly ? m.role_why_partly() : (SENTENCES[code]?.() ?? reason)}
      </Alert>
      {verdicts.length > 0 && (
        <section aria-label={m.role_explain_roles()}>
          <Title order={2} mb="xs">
            {m.role_explain_roles()}
          </Title>
          <List size="sm" spacing="xs">
            {verdicts.map((one) => (
              <List.Item key={`${one.role} ${one.action}`}>{verdictInWords(one, roles, objects, question.object)}</List.Item>
            ))}
          </List>
        </section>
      )}
      {code === "no-permission" && verdicts.length === 0 && <Text size="sm">{m.role_explain_no_roles()}</Text>}
    </Stack>
  );
}

/** One role's part in the answer, as a few short sentences. */
function verdictInWords(verdict: Verdict, roles: Role[], objects: ObjectDefinition[], object: string): string {
  const words = { role: roleLabel(roles, verdict.role), action: (ACTION_WORDS[verdict.action as Action] ?? (() => verdict.action))() };
  if (verdict.permission === null) return m.role_verdict_no(words);
  const parts = [m.role_verdict_yes(words)];
  if (verdict.rule) {
    const conditions = fromJson(verdict.rule);
    parts.push(m.role_verdict_rule({ rule: ruleInWords(conditions ? { conditions } : { json: JSON.stringify(verdict.rule) }, fieldsOf(objects, object)) }));
  }
  if (verdict.recordPasses !== null) parts.push(verdict.recordPasses ? m.role_verdict_passes() : m.role_verdict_fails());
  if (verdict.fieldOpen !== null) parts.push(verdict.fieldOpen ? m.role_verdict_open() : m.role_verdict_closed());
  return parts.join(" ");
}

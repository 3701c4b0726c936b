import "@mantine/core/styles/List.css";

import { Alert, Anchor, List, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import { affectedOf, summaryOf, type Act, type Plan } from "~/setup/objects/plan";

/** Why others are affected: they follow a new name, lose what is dropped, or use what changes. */
export type Reason = "rename" | "drop" | "change";

const ACTS: Record<Act, () => string> = {
  "create-table": m.plan_create_table, "drop-table": m.plan_drop_table, "add-column": m.plan_add_column, "drop-column": m.plan_drop_column,
  "convert-column": m.plan_convert_column, "add-unique": m.plan_add_unique, "add-index": m.plan_add_index, "drop-index": m.plan_drop_index,
  reference: m.plan_reference, "drop-reference": m.plan_drop_reference, search: m.plan_search, "drop-search": m.plan_drop_search,
  fill: m.plan_fill, other: m.plan_other,
};

/** A dry run's plan in words: what happens, how it disturbs, what else is affected, and the statements behind it. */
export function PlanView({ plan, reason, notes = [] }: { plan: Plan; reason: Reason; notes?: readonly string[] }) {
  const { steps, pace, rows } = summaryOf(plan);
  const count = new Intl.NumberFormat(getLocale()).format(rows);
  const paces = { instant: m.plan_pace_instant(), online: m.plan_pace_online({ count }), waits: m.plan_pace_waits({ count }) };
  return (
    <Stack gap="sm">
      {(steps.length > 0 || notes.length > 0) && (
        <List size="sm" spacing={4}>
          {notes.map((note) => (
            <List.Item key={note}>{note}</List.Item>
          ))}
          {steps.map(({ act }) => (
            <List.Item key={act}>{ACTS[act]()}</List.Item>
          ))}
        </List>
      )}
      {steps.length > 0 && (
        <Alert color={pace === "waits" ? "yellow" : "indigo"} variant="light" p="xs">
          {paces[pace]}
        </Alert>
      )}
      <AffectedList plan={plan} reason={reason} />
      {plan.plan.length > 0 && (
        <details>
          <summary style={{ cursor: "pointer", fontSize: ".875rem" }}>{m.plan_details()}</summary>
          <Stack gap="xs" mt="xs">
            {plan.plan.map((one, at) => (
              <div key={at}>
                <pre className="ddl" tabIndex={0}>
                  {one.ddl}
                </pre>
                <Text size="xs" c="dimmed">
                  {m.plan_algorithm({ algorithm: one.algorithm, rows: new Intl.NumberFormat(getLocale()).format(one.rows) })}
                </Text>
              </div>
            ))}
          </Stack>
        </details>
      )}
    </Stack>
  );
}

const REASONS: Record<Reason, () => string> = { rename: m.plan_affects_rename, drop: m.plan_affects_drop, change: m.plan_affects_change };

function AffectedList({ plan, reason }: { plan: Plan; reason: Reason }) {
  const { pages, views, roles, lookups } = affectedOf(plan);
  if (pages.length + views.length + roles.length + lookups.length === 0) return null;
  const places = { fields: m.plan_role_fields(), rules: m.plan_role_rules() };
  return (
    <section>
      <Text size="sm" fw={600}>
        {REASONS[reason]()}
      </Text>
      <List size="sm" spacing={2}>
        {lookups.map((one) => (
          <Line key={`${one.object}.${one.field}`} kind={m.plan_lookup()}>
            <Anchor inherit renderRoot={(props) => <Link to="/setup/objects/$object/fields/$field" params={one} {...props} />}>
              {one.object}.{one.field}
            </Anchor>
          </Line>
        ))}
        {pages.map((one) => (
          <Line key={`${one.app} ${one.name}`} kind={m.plan_page()}>
            {m.plan_page_of({ page: one.label, app: one.app })}
          </Line>
        ))}
        {views.map((one) => (
          <Line key={one.id} kind={m.plan_view()}>
            {one.owner ? m.plan_view_of({ view: one.name, owner: one.owner }) : one.name}
          </Line>
        ))}
        {roles.map((one) => (
          <Line key={one.name} kind={m.plan_role()}>
            {one.name} ({one.in.map((place) => places[place as keyof typeof places] ?? place).join(", ")})
          </Line>
        ))}
      </List>
    </section>
  );
}

function Line({ kind, children }: { kind: string; children: ReactNode }) {
  return (
    <List.Item>
      {kind}: {children}
    </List.Item>
  );
}

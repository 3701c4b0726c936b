import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";

import { JsonInput, Paper, Radio, Select, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import type { Field } from "~/api";
import { NO_CONDITIONS } from "~/filters/filter";
import { FilterEditor } from "~/filters/FilterEditor";
import { m } from "~/paraglide/messages";
import type { ObjectDefinition } from "~/setup/objects/queries";
import { ACTIONS, allows, RULED, type Action } from "~/setup/people/rights";
import type { Rule, RoleDraft } from "~/setup/people/roles/draft";
import { labelsOf, objectLabel } from "~/setup/people/words";

interface Props {
  draft: RoleDraft;
  onChange: (part: Partial<RoleDraft>) => void;
  objects: ObjectDefinition[];
  names: string[];
  /** Rules that lack something, as `object:action`. */
  incomplete: string[];
}

/** Which records of an object a role may read, update and delete: all, or those that match a filter. */
export function RowRules({ draft, onChange, objects, names, incomplete }: Props) {
  const labels = labelsOf(objects);
  const usable = names.filter((name) => ACTIONS.some((action) => allows(draft.cells, name, action)) || countOf(draft, name) > 0);
  const [chosen, setChosen] = useState(() => usable.find((name) => countOf(draft, name) > 0) ?? usable[0] ?? null);
  const fields = (objects.find((one) => one.name === chosen)?.fields ?? []) as Field[];
  const set = (action: Action, rule: Rule | null) => {
    const rules = new Map(draft.rules);
    if (rule === null) rules.delete(`${chosen}:${action}`);
    else rules.set(`${chosen}:${action}`, rule);
    onChange({ rules });
  };
  if (usable.length === 0 || chosen === null) return <Text className="empty">{m.role_rules_none()}</Text>;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {m.role_rules_text()}
      </Text>
      <Select
        label={m.role_object()}
        maw={360}
        searchable
        allowDeselect={false}
        data={usable.map((name) => ({ value: name, label: countOf(draft, name) > 0 ? m.role_object_count({ object: objectLabel(labels, name), count: countOf(draft, name) }) : objectLabel(labels, name) }))}
        value={chosen}
        onChange={setChosen}
      />
      {RULED.map((action) => {
        const key = `${chosen}:${action}`;
        const rule = draft.rules.get(key);
        const isAllowed = allows(draft.cells, chosen, action);
        return (
          <OneRule
            key={key}
            action={action}
            object={objectLabel(labels, chosen)}
            rule={rule}
            isAllowed={isAllowed}
            fields={fields}
            error={incomplete.includes(key) ? m.role_rule_incomplete() : ""}
            onChange={(next) => set(action, next)}
          />
        );
      })}
    </Stack>
  );
}

interface RuleProps {
  action: Exclude<Action, "create">;
  object: string;
  rule: Rule | undefined;
  isAllowed: boolean;
  fields: Field[];
  error: string;
  onChange: (rule: Rule | null) => void;
}

const TITLES = { read: m.role_rule_read, update: m.role_rule_update, delete: m.role_rule_delete };

function OneRule({ action, object, rule, isAllowed, fields, error, onChange }: RuleProps) {
  const title = TITLES[action]({ object });
  if (!isAllowed && !rule) {
    return (
      <Paper withBorder p="sm">
        <Title order={2} size="sm">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {m.role_rule_not_allowed()}
        </Text>
      </Paper>
    );
  }
  return (
    <Paper withBorder p="sm">
      <Radio.Group label={title} value={rule ? "some" : "all"} onChange={(next) => onChange(next === "all" ? null : { conditions: NO_CONDITIONS })}>
        <Stack gap="xs" mt="xs">
          <Radio value="all" label={m.role_rule_all()} />
          <Radio value="some" label={m.role_rule_some()} />
        </Stack>
      </Radio.Group>
      {!isAllowed && (
        <Text size="sm" mt="xs">
          {m.role_rule_unused()}
        </Text>
      )}
      {rule && (
        <Stack mt="sm" gap="xs" ps={{ base: 0, xs: "xl" }}>
          {"conditions" in rule ? (
            <FilterEditor fields={fields} conditions={rule.conditions} onChange={(conditions) => onChange({ conditions })} />
          ) : (
            <JsonInput label={m.role_rule_json()} description={m.role_rule_json_text()} autosize minRows={3} maxRows={14} value={rule.json} onChange={(json) => onChange({ json })} styles={{ input: { fontFamily: "monospace" } }} />
          )}
          {error !== "" && (
            <Text size="sm" c="var(--mantine-color-error)" role="alert">
              {error}
            </Text>
          )}
        </Stack>
      )}
    </Paper>
  );
}

function countOf(draft: RoleDraft, object: string): number {
  return [...draft.rules.keys()].filter((key) => key.startsWith(`${object}:`)).length;
}

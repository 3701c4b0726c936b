/** Changes of a role in words. */
import type { Field } from "~/api";
import { inWords } from "~/filters/words";
import { m } from "~/paraglide/messages";
import type { ObjectDefinition } from "~/setup/objects/queries";
import type { Change, Rule } from "~/setup/people/roles/draft";
import { ACTION_WORDS, objectLabel, systemLabel, type Labels } from "~/setup/people/words";

export function changeInWords(change: Change, objects: readonly ObjectDefinition[], labels: Labels): string {
  switch (change.kind) {
    case "text":
      return { label: m.role_change_label, name: m.role_change_name, description: m.role_change_description }[change.what]({ to: change.to });
    case "factor":
      return change.required ? m.role_change_mfa() : m.role_change_no_mfa();
    case "system":
      return (change.granted ? m.role_change_may : m.role_change_may_not)({ what: systemLabel(change.permission) });
    case "records": {
      const actions = change.actions.map((one) => ACTION_WORDS[one]()).join(", ");
      return (change.granted ? m.role_change_records : m.role_change_no_records)({ object: objectLabel(labels, change.object), actions });
    }
    case "field": {
      const fields = objects.find((one) => one.name === change.object)?.fields;
      const words = { field: fields?.find((one) => one.name === change.field)?.label ?? change.field, object: objectLabel(labels, change.object) };
      if (change.limit === null) return m.role_change_field_open(words);
      return change.limit === "hidden" ? m.role_change_field_hidden(words) : m.role_change_field_locked(words);
    }
    case "rule": {
      const words = { object: objectLabel(labels, change.object), action: ACTION_WORDS[change.action]() };
      if (change.rule === null) return m.role_change_no_rule(words);
      return m.role_change_rule({ ...words, rule: ruleInWords(change.rule, fieldsOf(objects, change.object)) });
    }
  }
}

export function fieldsOf(objects: readonly ObjectDefinition[], name: string): Field[] {
  return (objects.find((one) => one.name === name)?.fields ?? []) as Field[];
}

export function ruleInWords(rule: Rule, fields: readonly Field[]): string {
  return "conditions" in rule ? inWords(rule.conditions, fields) : rule.json.replaceAll(/\s+/g, " ");
}

/** A role while it is edited, and its changes as a list. Nothing is sent before it is saved as a whole. */
import type { Schemas } from "@freehold/client";

import { fromJson, isComplete, toJson, type Conditions, type FilterJson } from "~/filters/filter";
import { isRecordPermission, toCells, toPermissions, type Action, type Cells, type Role } from "~/setup/people/rights";

export type Limit = "hidden" | "readOnly";
/** Lines of the builder, or JSON where the builder has none. */
export type Rule = { conditions: Conditions } | { json: string };

export interface RoleDraft {
  name: string;
  label: string;
  description: string;
  mfaRequired: boolean;
  cells: Cells;
  system: ReadonlySet<string>;
  /** By `object.field`; a field that is not in it is open. */
  limits: ReadonlyMap<string, Limit>;
  /** By `object:action`; without one it is every record. */
  rules: ReadonlyMap<string, Rule>;
}

export function draftOf(role: Role): RoleDraft {
  return {
    name: role.name,
    label: role.label,
    description: role.description,
    mfaRequired: role.mfaRequired,
    cells: toCells(role.permissions),
    system: new Set(role.permissions.filter((one) => !isRecordPermission(one))),
    limits: new Map(role.fields.map((one) => [`${one.object}.${one.field}`, one.read === false ? "hidden" : "readOnly"])),
    rules: new Map(role.rules.map((one) => [`${one.object}:${one.action}`, ruleOf(one.filter)])),
  };
}

function ruleOf(filter: FilterJson): Rule {
  const conditions = fromJson(filter);
  return conditions ? { conditions } : { json: JSON.stringify(filter, null, 2) };
}

/** The filter of a rule; null if it is not complete. */
export function filterOf(rule: Rule): FilterJson | null {
  if ("json" in rule) {
    try {
      const parsed: unknown = JSON.parse(rule.json);
      return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) && Object.keys(parsed).length > 0 ? (parsed as FilterJson) : null;
    } catch {
      return null;
    }
  }
  const lines = rule.conditions.groups.flat();
  return lines.length > 0 && lines.every(isComplete) ? toJson(rule.conditions) : null;
}

/** The rules that lack something, as `object:action`. */
export function incompleteRules(draft: RoleDraft): string[] {
  return [...draft.rules].filter(([, rule]) => filterOf(rule) === null).map(([key]) => key);
}

export type Change =
  | { kind: "text"; what: "name" | "label" | "description"; to: string }
  | { kind: "factor"; required: boolean }
  | { kind: "records"; object: string; actions: Action[]; granted: boolean }
  | { kind: "system"; permission: string; granted: boolean }
  | { kind: "field"; object: string; field: string; limit: Limit | null }
  | { kind: "rule"; object: string; action: Action; rule: Rule | null };

/** What differs, in the order of the tabs. */
export function changesOf(before: RoleDraft, after: RoleDraft): Change[] {
  const texts = (["label", "name", "description"] as const).filter((what) => before[what] !== after[what]);
  return [
    ...texts.map((what): Change => ({ kind: "text", what, to: after[what] })),
    ...(before.mfaRequired === after.mfaRequired ? [] : [{ kind: "factor", required: after.mfaRequired } as const]),
    ...cellChanges(before.cells, after.cells, true),
    ...cellChanges(after.cells, before.cells, false),
    ...missing(before.system, after.system).map((permission): Change => ({ kind: "system", permission, granted: true })),
    ...missing(after.system, before.system).map((permission): Change => ({ kind: "system", permission, granted: false })),
    ...limitChanges(before.limits, after.limits),
    ...ruleChanges(before.rules, after.rules),
  ];
}

function missing(from: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...others].filter((one) => !from.has(one)).sort();
}

function cellChanges(from: Cells, to: Cells, granted: boolean): Change[] {
  const byObject = new Map<string, Action[]>();
  for (const cell of missing(from, to)) {
    const [object, action] = cell.split(":") as [string, Action];
    byObject.set(object, [...(byObject.get(object) ?? []), action]);
  }
  return [...byObject].map(([object, actions]): Change => ({ kind: "records", object, actions, granted }));
}

function limitChanges(from: RoleDraft["limits"], to: RoleDraft["limits"]): Change[] {
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort();
  return keys
    .filter((key) => from.get(key) !== to.get(key))
    .map((key): Change => {
      const [object, field] = key.split(".") as [string, string];
      return { kind: "field", object, field, limit: to.get(key) ?? null };
    });
}

function ruleChanges(from: RoleDraft["rules"], to: RoleDraft["rules"]): Change[] {
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort();
  return keys
    .filter((key) => !isSame(from.get(key), to.get(key)))
    .map((key): Change => {
      const [object, action] = key.split(":") as [string, Action];
      return { kind: "rule", object, action, rule: to.get(key) ?? null };
    });
}

function isSame(one: Rule | undefined, other: Rule | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const filters = [filterOf(one), filterOf(other)];
  return filters[0] !== null && JSON.stringify(filters[0]) === JSON.stringify(filters[1]);
}

export type RoleBody = Partial<Pick<Role, "name" | "label" | "description" | "mfaRequired" | "permissions" | "fields" | "rules">>;

/** The request for these changes. Rules that stay are sent as they are stored. */
export function bodyOf(role: Role, after: RoleDraft): RoleBody {
  const before = draftOf(role);
  const kinds = new Map(changesOf(before, after).map((one) => [one.kind === "text" ? one.what : one.kind, one]));
  const { name, label, description, mfaRequired } = after;
  const fields = [...after.limits].map(([key, limit]): Schemas["FieldRight"] => {
    const [object, field] = key.split(".") as [string, string];
    return { object, field, read: limit === "readOnly", update: false };
  });
  const rules = [...after.rules].map(([key, rule]): Schemas["RowRule"] => {
    const [object, action] = key.split(":") as [string, Schemas["RowRule"]["action"]];
    const stored = role.rules.find((one) => one.object === object && one.action === action);
    return { object, action, filter: stored && isSame(before.rules.get(key), rule) ? stored.filter : (filterOf(rule) ?? {}) };
  });
  return {
    ...(kinds.has("name") ? { name } : {}),
    ...(kinds.has("label") ? { label } : {}),
    ...(kinds.has("description") ? { description } : {}),
    ...(kinds.has("factor") ? { mfaRequired } : {}),
    ...(kinds.has("records") || kinds.has("system") ? { permissions: [...toPermissions(after.cells, role.permissions), ...[...after.system].sort()] } : {}),
    ...(kinds.has("field") ? { fields } : {}),
    ...(kinds.has("rule") ? { rules } : {}),
  };
}

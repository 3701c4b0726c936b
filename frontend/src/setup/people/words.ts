/** Permissions and people in words. */
import { pluralLabelOf, type Labelled } from "~/fields/labels";
import { m } from "~/paraglide/messages";
import type { User } from "~/setup/people/queries";
import { ANY, type Action, type Role } from "~/setup/people/rights";

export const ACTION_WORDS: Record<Action, () => string> = { create: m.role_create, read: m.role_read, update: m.role_update, delete: m.role_delete };
export const STATUS_WORDS: Record<User["status"], () => string> = { active: m.user_active, invited: m.user_invited, inactive: m.user_inactive };
export const STATUS_COLORS: Record<User["status"], string> = { active: "green", invited: "blue", inactive: "gray" };

const SYSTEM: Record<string, { label: () => string; text: () => string }> = {
  "users:manage": { label: m.role_users_manage, text: m.role_users_manage_text },
  "roles:manage": { label: m.role_roles_manage, text: m.role_roles_manage_text },
  "objects:manage": { label: m.role_objects_manage, text: m.role_objects_manage_text },
  "apps:manage": { label: m.role_apps_manage, text: m.role_apps_manage_text },
  "audit:read": { label: m.role_audit_read, text: m.role_audit_read_text },
  "tenant:manage": { label: m.role_tenant_manage, text: m.role_tenant_manage_text },
};

export function systemLabel(permission: string): string {
  return SYSTEM[permission]?.label() ?? permission;
}

export function systemText(permission: string, description: string): string {
  return SYSTEM[permission]?.text() ?? description;
}

/** Labels by name; an object that the reader may not see keeps its name. */
export type Labels = ReadonlyMap<string, string>;

export function labelsOf(objects: readonly (Labelled & { name: string })[]): Labels {
  return new Map(objects.map((one) => [one.name, pluralLabelOf(one)]));
}

export function objectLabel(labels: Labels, name: string): string {
  return name === ANY ? m.role_all_objects() : (labels.get(name) ?? name);
}

export function roleLabel(roles: readonly Role[], name: string): string {
  return roles.find((one) => one.name === name)?.label ?? name;
}

export function personName(user: { name: string; email: string }): string {
  return user.name || user.email;
}

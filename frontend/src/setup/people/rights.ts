/** Permissions as the grid edits them, and what roles allow together. The service decides; this is for display. */
import type { Schemas } from "@freehold/client";

export type Role = Schemas["RoleResponse"];
export type Action = "create" | "read" | "update" | "delete";

export const ACTIONS: readonly Action[] = ["create", "read", "update", "delete"];
/** Actions on a record that exists: before it is created, no rule can look at it. */
export const RULED: readonly Exclude<Action, "create">[] = ["read", "update", "delete"];
export const ANY = "*";
/** Who holds these can give every other right. Somebody always does. */
export const ESSENTIAL = ["users:manage", "roles:manage"];

/** The cells of the grid: `accounts:read`, `*:read` for all objects. Wildcards for actions are spread out. */
export type Cells = ReadonlySet<string>;

/** Whether it is for records of an object. `audit:read` is none: there is no object of that name. */
export function isRecordPermission(name: string): boolean {
  if (name === "audit:read") return false;
  const action = name.slice(name.indexOf(":") + 1);
  return action === ANY || (ACTIONS as readonly string[]).includes(action);
}

function cellsOf(permission: string): string[] {
  const [object, action] = permission.split(":") as [string, string];
  return action === ANY ? ACTIONS.map((one) => `${object}:${one}`) : [permission];
}

export function toCells(permissions: readonly string[]): Cells {
  return new Set(permissions.filter(isRecordPermission).flatMap(cellsOf));
}

/** The permissions of the cells. Those that the role had are kept as long as all of their cells are. */
export function toPermissions(cells: Cells, before: readonly string[]): string[] {
  const kept = before.filter((one) => isRecordPermission(one) && cellsOf(one).every((cell) => cells.has(cell)));
  const covered = toCells(kept);
  return [...kept, ...[...cells].filter((one) => !covered.has(one))].sort();
}

export type CellState = "granted" | "implied" | "off";

/** A cell is implied if the row for all objects has the action. */
export function stateOf(cells: Cells, object: string, action: Action): CellState {
  if (object !== ANY && cells.has(`${ANY}:${action}`)) return "implied";
  return cells.has(`${object}:${action}`) ? "granted" : "off";
}

export function allows(cells: Cells, object: string, action: Action): boolean {
  return stateOf(cells, object, action) !== "off";
}

export function withCells(cells: Cells, names: readonly string[], granted: boolean): Cells {
  const next = new Set(cells);
  for (const one of names) {
    if (granted) next.add(one);
    else next.delete(one);
  }
  return next;
}

/** The names of the objects of these permissions, without `*`. */
export function objectsOf(permissions: readonly string[]): string[] {
  const names = permissions.filter(isRecordPermission).map((one) => one.slice(0, one.indexOf(":")));
  return [...new Set(names)].filter((one) => one !== ANY).sort();
}

/** Whether these roles allow the action with every record and field, with some, or not at all. */
export function together(roles: readonly Role[], object: string, action: Action): "all" | "some" | "none" {
  const allowing = roles.filter((role) => allows(toCells(role.permissions), object, action));
  if (allowing.length === 0) return "none";
  return allowing.some((role) => !isRestricted(role, object)) ? "all" : "some";
}

function isRestricted(role: Role, object: string): boolean {
  if (object === ANY) return role.fields.length > 0 || role.rules.length > 0;
  return [...role.fields, ...role.rules].some((one) => one.object === object);
}

/** Whether somebody with the roles `own` may give `role`: they have it, or all that it grants, in full. */
export function isWithin(own: readonly Role[], role: Role): boolean {
  const held = new Set(own.flatMap((one) => one.permissions));
  if (held.has("roles:manage") || own.some((one) => one.id === role.id)) return true;
  return role.permissions.every((name) => {
    if (!isRecordPermission(name)) return held.has(name);
    return cellsOf(name).every((cell) => {
      const [object, action] = cell.split(":") as [string, Action];
      return together(own, object, action) === "all";
    });
  });
}

/** Whether these roles make an administrator: somebody who can give every right. */
export function areEssential(roles: readonly Role[]): boolean {
  const held = new Set(roles.flatMap((one) => one.permissions));
  return ESSENTIAL.every((one) => held.has(one));
}

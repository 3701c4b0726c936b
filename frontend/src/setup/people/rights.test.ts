import { describe, expect, it } from "vitest";

import { areEssential, isWithin, objectsOf, stateOf, toCells, together, toPermissions, withCells, type Role } from "~/setup/people/rights";

function role(name: string, permissions: string[], more: Partial<Role> = {}): Role {
  return { id: name, name, label: name, description: "", system: false, mfaRequired: false, users: 0, permissions, fields: [], rules: [], createdAt: "", updatedAt: "", ...more };
}

const MINE = { object: "accounts", action: "read" as const, filter: { owner: { eq: "$me" } } };

describe("the grid of permissions", () => {
  it("is read and written without a change", () => {
    for (const permissions of [["*:*", "accounts:read"], ["accounts:*"], ["*:read", "accounts:create", "accounts:update"], []]) {
      expect(toPermissions(toCells(permissions), permissions)).toEqual(permissions);
    }
  });
  it("takes a wildcard apart once one of its cells is taken away", () => {
    const cells = withCells(toCells(["accounts:*"]), ["accounts:delete"], false);
    expect(toPermissions(cells, ["accounts:*"])).toEqual(["accounts:create", "accounts:read", "accounts:update"]);
  });
  it("adds cells by their names", () => {
    const cells = withCells(toCells(["*:read"]), ["accounts:update", "*:create"], true);
    expect(toPermissions(cells, ["*:read"])).toEqual(["*:create", "*:read", "accounts:update"]);
  });
  it("shows what the row for all objects implies", () => {
    const cells = toCells(["*:read", "accounts:update", "users:manage"]);
    expect(stateOf(cells, "accounts", "read")).toBe("implied");
    expect(stateOf(cells, "*", "read")).toBe("granted");
    expect(stateOf(cells, "accounts", "update")).toBe("granted");
    expect(stateOf(cells, "accounts", "delete")).toBe("off");
  });
  it("knows the objects by the permissions", () => {
    expect(objectsOf(["*:*", "deals:*", "accounts:read", "accounts:*", "users:manage", "audit:read"])).toEqual(["accounts", "deals"]);
  });
});

describe("roles", () => {
  it("add up, and one without restrictions lifts those of others", () => {
    const mine = role("mine", ["accounts:read"], { rules: [MINE] });
    expect(together([mine], "accounts", "read")).toBe("some");
    expect(together([mine, role("all", ["*:read"])], "accounts", "read")).toBe("all");
    expect(together([mine], "accounts", "update")).toBe("none");
    expect(together([], "accounts", "read")).toBe("none");
  });
  it("can be given by those who have as much, in full", () => {
    const staffing = role("staffing", ["users:manage", "accounts:read"]);
    expect(isWithin([staffing], role("readers", ["accounts:read"], { rules: [MINE] }))).toBe(true);
    expect(isWithin([staffing], staffing)).toBe(true);
    expect(isWithin([staffing], role("viewer", ["*:read"]))).toBe(false);
    expect(isWithin([staffing], role("managers", ["apps:manage"]))).toBe(false);
    expect(isWithin([role("narrow", ["accounts:read"], { rules: [MINE] })], role("readers", ["accounts:read"]))).toBe(false);
    expect(isWithin([role("narrow", ["*:*"], { rules: [MINE] })], role("all", ["*:read"]))).toBe(false);
    expect(isWithin([role("roles", ["roles:manage"])], role("administrator", ["*:*", "users:manage"]))).toBe(true);
  });
  it("make an administrator together", () => {
    expect(areEssential([role("a", ["users:manage"]), role("b", ["roles:manage"])])).toBe(true);
    expect(areEssential([role("a", ["users:manage"])])).toBe(false);
  });
});

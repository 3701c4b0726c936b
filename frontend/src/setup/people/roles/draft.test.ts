import { describe, expect, it } from "vitest";

import { allOf, NO_CONDITIONS } from "~/filters/filter";
import type { Role } from "~/setup/people/rights";
import { bodyOf, changesOf, draftOf, incompleteRules, type RoleDraft } from "~/setup/people/roles/draft";

const ALTERNATIVES = { or: [{ owner: { eq: "$me" } }, { industry: { eq: "other" } }] };
const ROLE: Role = {
  id: "1", name: "sales", label: "Sales", description: "", system: false, mfaRequired: false, users: 0,
  permissions: ["*:read", "accounts:*", "apps:manage"],
  fields: [{ object: "accounts", field: "annual_revenue", read: false, update: false }, { object: "accounts", field: "phone", read: true, update: false }],
  rules: [{ object: "accounts", action: "update", filter: { owner: "$me" } }, { object: "accounts", action: "delete", filter: ALTERNATIVES }],
  createdAt: "", updatedAt: "",
};

function edited(part: Partial<RoleDraft>): RoleDraft {
  return { ...draftOf(ROLE), ...part };
}

describe("a role that is edited", () => {
  it("has no changes as long as nothing is changed", () => {
    expect(changesOf(draftOf(ROLE), draftOf(ROLE))).toEqual([]);
    expect(bodyOf(ROLE, draftOf(ROLE))).toEqual({});
  });
  it("lists what changes, and sends only that", () => {
    const after = edited({
      label: "Sales team",
      mfaRequired: true,
      cells: new Set(["*:read", "accounts:create", "accounts:update", "accounts:read", "contacts:create", "contacts:update"]),
      system: new Set(["objects:manage"]),
    });
    expect(changesOf(draftOf(ROLE), after)).toEqual([
      { kind: "text", what: "label", to: "Sales team" },
      { kind: "factor", required: true },
      { kind: "records", object: "contacts", actions: ["create", "update"], granted: true },
      { kind: "records", object: "accounts", actions: ["delete"], granted: false },
      { kind: "system", permission: "objects:manage", granted: true },
      { kind: "system", permission: "apps:manage", granted: false },
    ]);
    expect(bodyOf(ROLE, after)).toEqual({
      label: "Sales team",
      mfaRequired: true,
      permissions: ["*:read", "accounts:create", "accounts:read", "accounts:update", "contacts:create", "contacts:update", "objects:manage"],
    });
  });
  it("limits fields", () => {
    const after = edited({ limits: new Map([["accounts.annual_revenue", "readOnly"], ["contacts.email", "hidden"]]) });
    expect(changesOf(draftOf(ROLE), after)).toEqual([
      { kind: "field", object: "accounts", field: "annual_revenue", limit: "readOnly" },
      { kind: "field", object: "accounts", field: "phone", limit: null },
      { kind: "field", object: "contacts", field: "email", limit: "hidden" },
    ]);
    expect(bodyOf(ROLE, after)).toEqual({
      fields: [
        { object: "accounts", field: "annual_revenue", read: true, update: false },
        { object: "contacts", field: "email", read: false, update: false },
      ],
    });
  });
  it("keeps rules that are not changed as they are stored", () => {
    const mine = { conditions: allOf({ field: "owner", operator: "me", value: "" }) };
    const after = edited({ rules: new Map([...draftOf(ROLE).rules, ["contacts:read", mine]]) });
    expect(changesOf(draftOf(ROLE), after)).toEqual([{ kind: "rule", object: "contacts", action: "read", rule: mine }]);
    expect(bodyOf(ROLE, after).rules).toEqual([...ROLE.rules, { object: "contacts", action: "read", filter: { owner: { eq: "$me" } } }]);
    expect(bodyOf(ROLE, edited({ rules: new Map() }))).toEqual({ rules: [] });
  });
  it("shows alternatives as lines of the builder, and groups within groups as JSON", () => {
    expect(draftOf(ROLE).rules.get("accounts:delete")).toEqual({
      conditions: { any: true, groups: [[{ field: "owner", operator: "me", value: "" }], [{ field: "industry", operator: "eq", value: "other" }]] },
    });
    const deep = { or: [{ and: [{ name: "x" }, { or: [{ phone: "1" }, { owner: "$me" }] }] }, { name: "y" }] };
    expect(draftOf({ ...ROLE, rules: [{ object: "accounts", action: "delete", filter: deep }] }).rules.get("accounts:delete")).toEqual({ json: JSON.stringify(deep, null, 2) });
  });
  it("is not complete with a rule that lets nothing be seen, or is no JSON", () => {
    const rules = new Map([
      ["accounts:read", { conditions: NO_CONDITIONS }],
      ["accounts:update", { conditions: allOf({ field: "name", operator: "eq", value: "" }) }],
      ["accounts:delete", { json: "{" }],
      ["contacts:read", { json: JSON.stringify(ALTERNATIVES) }],
      ["contacts:update", { conditions: { any: true, groups: [] } }],
    ]);
    expect(incompleteRules(edited({ rules }))).toEqual(["accounts:read", "accounts:update", "accounts:delete", "contacts:update"]);
  });
});

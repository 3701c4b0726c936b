import { describe, expect, it } from "vitest";

import { auditQuery, auditSearch, detailLines, partsOf } from "~/setup/security/audit";

describe("the filter of the audit trail", () => {
  it("is what the address has of it", () => {
    expect(auditSearch({ actor: "1", action: "", other: "x", since: 7, until: "2026-03-01" })).toEqual({ actor: "1", until: "2026-03-01" });
  });
  it("has whole days of the zone, the last one included", () => {
    expect(auditQuery({ action: "role.*", since: "2026-03-01", until: "2026-03-01" }, "Europe/Berlin")).toEqual({
      action: "role.*",
      since: "2026-02-28T23:00:00.000Z",
      until: "2026-03-01T23:00:00.000Z",
    });
    expect(auditQuery({ since: "yesterday", until: "x" }, "UTC")).toEqual({});
  });
});

describe("an event", () => {
  it("is an act on a kind", () => {
    expect(partsOf("api-key.revoke")).toEqual({ kind: "api-key", act: "revoke" });
    expect(partsOf("sign-in")).toEqual({ kind: "sign-in", act: "" });
  });
  it("tells what was before and what is after", () => {
    expect(detailLines({ before: { mfaRequired: false, label: "" }, after: { mfaRequired: true, label: "A" }, app: "crm" })).toEqual([
      { name: "mfa required", text: "✗ → ✓" },
      { name: "label", text: "– → A" },
      { name: "app", text: "crm" },
    ]);
  });
  it("tells lists and objects in words", () => {
    expect(detailLines({ roles: ["a", "b"], none: [], rule: { read_only: true } })).toEqual([
      { name: "roles", text: "a, b" },
      { name: "none", text: "–" },
      { name: "rule", text: "read only: ✓" },
    ]);
  });
});

import { describe, expect, it } from "vitest";

import { stepsFor } from "~/welcome/steps";

const can = { create: true, read: true, update: true, delete: true };
const accounts = { name: "accounts", pluralLabel: "Accounts", can };

describe("the first steps", () => {
  it("are those that the rights allow", () => {
    expect(stepsFor({ permissions: ["users:manage", "objects:manage"], objects: [accounts] }, false).map((one) => one.kind)).toEqual(["invite", "import", "define"]);
  });
  it("are neither inviting nor importing with support access", () => {
    expect(stepsFor({ permissions: ["users:manage", "objects:manage"], objects: [accounts] }, true).map((one) => one.kind)).toEqual(["define"]);
  });
  it("are none for those who may only read", () => {
    expect(stepsFor({ permissions: [], objects: [{ ...accounts, can: { ...can, create: false } }] }, false)).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";

import { toJson } from "~/filters/filter";
import { conditionsOf } from "~/setup/apps/filters";

describe("a stored filter", () => {
  it("is shown as conditions", () => {
    expect(conditionsOf({ type: "customer", amount: { gte: 5 }, owner: { null: true } })).toEqual([
      { field: "type", operator: "eq", value: "customer" },
      { field: "amount", operator: "gte", value: "5" },
      { field: "owner", operator: "empty", value: "" },
    ]);
    expect(conditionsOf({})).toEqual([]);
  });
  it("is the same again when it is written", () => {
    const filter = { and: [{ name: { icontains: "a" } }, { industry: { in: ["x", "y"] } }, { active: { eq: true } }] };
    expect(toJson(conditionsOf(filter)!)).toEqual(filter);
  });
  it("is left as it is when it says more", () => {
    for (const filter of [{ or: [{ a: 1 }] }, { not: { a: 1 } }, { a: { between: [1, 2] } }, { a: { in: ["x,y"] } }, { and: [{ or: [] }] }, { a: null }]) {
      expect(conditionsOf(filter)).toBeNull();
    }
  });
});

import { describe, expect, it } from "vitest";

import { both, fromJson, fromText, joined, toJson, toText, without, type Condition } from "~/filters/filter";

const CONDITIONS: Condition[] = [
  { field: "name", operator: "icontains", value: "a~b.c, ü%" },
  { field: "industry", operator: "in", value: "technology,finance" },
  { field: "phone", operator: "empty", value: "" },
];

describe("a filter in the address", () => {
  it("is read back as it was written", () => {
    expect(fromText(toText(CONDITIONS))).toEqual(CONDITIONS);
  });
  it("leaves out what it cannot read", () => {
    expect(fromText("name.icontains.%E0%A4%A~name.drop.x~.eq.1~~industry.in.a")).toEqual([
      { field: "industry", operator: "in", value: "a" },
    ]);
  });
});

describe("a filter for the API", () => {
  it("has all conditions, and nulls for emptiness", () => {
    expect(toJson(CONDITIONS)).toEqual({
      and: [
        { name: { icontains: "a~b.c, ü%" } },
        { industry: { in: ["technology", "finance"] } },
        { phone: { null: true } },
      ],
    });
  });
  it("leaves out a condition that lacks its value", () => {
    expect(toJson([{ field: "name", operator: "eq", value: "" }])).toEqual({});
  });
  it("is joined with that of the page", () => {
    expect(both({ stage: "won" }, {})).toEqual({ stage: "won" });
    expect(both({ stage: "won" }, { owner: "$me" })).toEqual({ and: [{ stage: "won" }, { owner: "$me" }] });
  });
});

describe("a filter of the API", () => {
  it("is edited by conditions, and sent as it was", () => {
    const conditions: Condition[] = [...CONDITIONS, { field: "owner", operator: "me", value: "" }, { field: "vip", operator: "eq", value: "true" }];
    expect(fromJson(toJson(conditions))).toEqual(conditions);
    expect(fromJson({ created_at: { gte: "$startOfMonth-1m" } })).toEqual([{ field: "created_at", operator: "gte", value: "$startOfMonth-1m" }]);
    expect(fromJson({ owner: "$me", name: { null: false } })).toEqual([
      { field: "owner", operator: "me", value: "" },
      { field: "name", operator: "filled", value: "" },
    ]);
  });
  it("stays a text where the builder has no lines for it", () => {
    for (const filter of [
      { or: [{ owner: "$me" }, { industry: "other" }] },
      { not: { owner: "$me" } },
      { "account.industry": "other" },
      { created_at: { gte: "$startOfDay" } },
      { name: { nin: ["a"] } },
      { name: { in: ["a,b"] } },
      { and: [{ or: [{ name: "a" }] }] },
    ]) {
      expect(fromJson(filter)).toBeNull();
    }
  });
});

describe("alternatives", () => {
  const [first, second, third] = CONDITIONS as [Condition, Condition, Condition];
  const grouped = [first, joined(second, true), third];
  it("are a group of which one must hold", () => {
    expect(toJson(grouped)).toEqual({
      and: [{ or: [{ name: { icontains: "a~b.c, ü%" } }, { industry: { in: ["technology", "finance"] } }] }, { phone: { null: true } }],
    });
    expect(toJson([first, { field: "name", operator: "eq", value: "", or: true }])).toEqual({ name: { icontains: "a~b.c, ü%" } });
  });
  it("are in the address", () => {
    expect(fromText(toText(grouped))).toEqual(grouped);
  });
  it("do not join another group when their first one is removed", () => {
    expect(without([third, first, joined(second, true)], 1)).toEqual([third, second]);
    expect(without(grouped, 1)).toEqual([first, third]);
  });
});

import { describe, expect, it } from "vitest";

import { allOf, both, countOf, fromJson, fromText, NO_CONDITIONS, only, toJson, toText, type Condition, type Conditions } from "~/filters/filter";
import { changedAt, withCondition, withoutAt } from "~/filters/groups";

const [NAME, INDUSTRY, PHONE]: [Condition, Condition, Condition] = [
  { field: "name", operator: "icontains", value: "a~b.c, ü%" },
  { field: "industry", operator: "in", value: "technology,finance" },
  { field: "phone", operator: "empty", value: "" },
];
const CONDITIONS = allOf(NAME, INDUSTRY, PHONE);
/** `(name or industry) and phone`. */
const EVERY: Conditions = { any: false, groups: [[NAME, INDUSTRY], [PHONE]] };
/** `(name and industry) or phone`. */
const ONE: Conditions = { any: true, groups: [[NAME, INDUSTRY], [PHONE]] };
const [N, I, P] = [{ name: { icontains: "a~b.c, ü%" } }, { industry: { in: ["technology", "finance"] } }, { phone: { null: true } }];

describe("a filter in the address", () => {
  it("is read back as it was written", () => {
    for (const one of [CONDITIONS, EVERY, ONE, NO_CONDITIONS]) expect(fromText(toText(one))).toEqual(one);
    expect(toText(ONE)).toMatch(/^any~name\.icontains\..*~!industry\.in\..*~phone\.empty\.$/);
  });
  it("leaves out what it cannot read", () => {
    expect(fromText("name.icontains.%E0%A4%A~name.drop.x~.eq.1~~industry.in.a")).toEqual(allOf({ field: "industry", operator: "in", value: "a" }));
    expect(only(ONE, (one) => one.field !== "phone")).toEqual({ any: true, groups: [[NAME, INDUSTRY]] });
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
    expect(toJson(allOf({ field: "name", operator: "eq", value: "" }))).toEqual({});
  });
  it("is joined with that of the page", () => {
    expect(both({ stage: "won" }, {})).toEqual({ stage: "won" });
    expect(both({ stage: "won" }, { owner: "$me" })).toEqual({ and: [{ stage: "won" }, { owner: "$me" }] });
  });
});

describe("a filter of the API", () => {
  it("is edited by conditions, and sent as it was", () => {
    const conditions = allOf(NAME, INDUSTRY, PHONE, { field: "owner", operator: "me", value: "" }, { field: "vip", operator: "eq", value: "true" });
    expect(fromJson(toJson(conditions))).toEqual(conditions);
    expect(fromJson({ created_at: { gte: "$startOfMonth-1m" } })).toEqual(allOf({ field: "created_at", operator: "gte", value: "$startOfMonth-1m" }));
    expect(fromJson({ owner: "$me", name: { null: false } })).toEqual(allOf({ field: "owner", operator: "me", value: "" }, { field: "name", operator: "filled", value: "" }));
    expect(fromJson({})).toEqual(NO_CONDITIONS);
  });
  it("stays a text where the builder has no lines for it", () => {
    for (const filter of [
      { not: { owner: "$me" } },
      { "account.industry": "other" },
      { created_at: { gte: "$startOfDay" } },
      { name: { nin: ["a"] } },
      { name: { in: ["a,b"] } },
      { and: [N, { or: [P, { and: [I, { or: [N, P] }] }] }] },
      { or: [N, { and: [P, { or: [I, N] }] }] },
      { or: [] },
      { or: [N, { not: P }] },
      { or: "name" },
    ] as Record<string, unknown>[]) {
      expect(fromJson(filter)).toBeNull();
    }
  });
});

describe("groups", () => {
  it("are sent as they are joined", () => {
    expect(toJson(EVERY)).toEqual({ and: [{ or: [N, I] }, P] });
    expect(toJson(ONE)).toEqual({ or: [{ and: [N, I] }, P] });
    expect(toJson({ any: true, groups: [[NAME, INDUSTRY]] })).toEqual({ and: [N, I] });
    expect(toJson({ any: true, groups: [[NAME], [{ field: "name", operator: "eq", value: "" }]] })).toEqual(N);
  });
  it("are read as they were sent", () => {
    for (const one of [EVERY, ONE]) expect(fromJson(toJson(one))).toEqual(one);
    expect(fromJson({ or: [N, P] })).toEqual({ any: true, groups: [[NAME], [PHONE]] });
    expect(fromJson({ phone: { null: true }, or: [N, I] })).toEqual({ any: false, groups: [[PHONE], [NAME, INDUSTRY]] });
    expect(fromJson({ or: [{ ...N, ...I }, P] })).toEqual(ONE);
  });
  it("that are joined as the whole is are a part of it", () => {
    expect(fromJson({ and: [{ and: [N, { and: [P] }] }, { or: [I] }] })).toEqual(allOf(NAME, PHONE, INDUSTRY));
    expect(fromJson({ or: [{ or: [N, P] }, I] })).toEqual({ any: true, groups: [[NAME], [PHONE], [INDUSTRY]] });
    expect(fromJson({ and: [{ or: [{ and: [N, I] }, P] }] })).toEqual(ONE);
  });
  it("are changed line by line", () => {
    expect(withCondition(allOf(NAME), PHONE)).toEqual(allOf(NAME, PHONE));
    expect(withCondition({ any: false, groups: [[NAME], [PHONE]] }, INDUSTRY, 0)).toEqual(EVERY);
    expect(changedAt(EVERY, { group: 0, at: 1 }, { value: "x" }).groups).toEqual([[NAME, { ...INDUSTRY, value: "x" }], [PHONE]]);
    expect(withoutAt(EVERY, { group: 1, at: 0 }).groups).toEqual([[NAME, INDUSTRY]]);
    expect(withoutAt(EVERY, { group: 0, at: 0 }).groups).toEqual([[INDUSTRY], [PHONE]]);
    expect(countOf(EVERY)).toBe(3);
  });
});

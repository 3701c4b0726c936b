import { describe, expect, it } from "vitest";

import { faultOfName, fieldNameRules, objectNameRules, pluralOf, suggestName } from "~/setup/objects/names";

const none = fieldNameRules([], []);

describe("a suggested name", () => {
  it.each([
    ["Next step", "next_step"],
    ["  Größe (m²) ", "groesse_m2"],
    ["Crème brûlée", "creme_brulee"],
    ["2nd phone", "no_2nd_phone"],
    ["a__b--c", "a_b_c"],
    ["日本", ""],
    ["", ""],
  ])("of %j is %j", (label, name) => expect(suggestName(label, none)).toBe(name));

  it("is at most 40 characters long, and does not end with an underscore", () => {
    const name = suggestName(`${"a".repeat(39)} b`, none);
    expect(name).toBe("a".repeat(39));
    expect(faultOfName(name, none)).toBeNull();
  });

  it("avoids names that are taken or have a meaning", () => {
    expect(suggestName("Stage", fieldNameRules(["stage", "stage_2"], []))).toBe("stage_3");
    expect(suggestName("Not", none)).toBe("not_2");
    expect(suggestName("Owner", fieldNameRules([], ["owner"]))).toBe("owner_2");
    expect(suggestName("Users", objectNameRules([]))).toBe("users_2");
    expect(suggestName("x".repeat(50), fieldNameRules(["x".repeat(40)], []))).toBe(`${"x".repeat(38)}_2`);
  });
});

describe("the fault of a name", () => {
  it.each([
    ["", "missing"],
    ["a".repeat(41), "too-long"],
    ["Stage", "grammar"],
    ["1st", "grammar"],
    ["a__b", "grammar"],
    ["or", "reserved"],
    ["stage", "taken"],
    ["stage_1", null],
  ])("%j is %j", (name, fault) => expect(faultOfName(name, fieldNameRules(["stage"], []))).toBe(fault));
});

describe("a plural", () => {
  it.each([
    ["Deal", "Deals"],
    ["Company", "Companies"],
    ["Key", "Keys"],
    ["Box", "Boxes"],
    ["Address", "Addresses"],
    ["Tickets", "Tickets"],
    ["", ""],
  ])("of %j is %j", (label, plural) => expect(pluralOf(label)).toBe(plural));
});

import { describe, expect, it } from "vitest";

import { compare, isSame } from "~/records/conflict";

const BEFORE = { id: "1", version: 6, name: "Globex", phone: null, owner: { id: "u1", name: "Ada" } };

describe("a conflict", () => {
  it("is none for fields that only I have changed", () => {
    const theirs = { ...BEFORE, version: 7, owner: "u1", name: "Globex Ltd" };
    expect(compare(BEFORE, { phone: "1" }, theirs)).toEqual({ clashes: [], safe: { phone: "1" } });
  });
  it("is none where both chose the same value", () => {
    expect(compare(BEFORE, { name: "Neu" }, { ...BEFORE, version: 7, name: "Neu" })).toEqual({ clashes: [], safe: {} });
  });
  it("names each field that both have changed", () => {
    const { clashes, safe } = compare(BEFORE, { name: "Mine", phone: "1" }, { ...BEFORE, version: 7, name: "Theirs" });
    expect(clashes).toEqual([{ field: "name", before: "Globex", mine: "Mine", theirs: "Theirs" }]);
    expect(safe).toEqual({ phone: "1" });
  });
  it("compares lookups by id", () => {
    expect(compare(BEFORE, { owner: "u2" }, { ...BEFORE, version: 7, owner: "u1" }).clashes).toEqual([]);
    expect(compare(BEFORE, { owner: "u2" }, { ...BEFORE, version: 7, owner: "u3" }).clashes).toHaveLength(1);
  });
});

describe("a value", () => {
  it("is the same one whether a lookup is expanded or not, and empty or missing", () => {
    expect(isSame({ id: "u1", name: "Ada" }, "u1")).toBe(true);
    expect(isSame("", undefined)).toBe(true);
    expect(isSame(["a"], ["a"])).toBe(true);
    expect(isSame(0, null)).toBe(false);
  });
});

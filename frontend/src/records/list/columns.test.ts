import { describe, expect, it } from "vitest";

import { arranged, bounded, frozen, lookOf, moved, offsets, withColumns } from "~/records/list/columns";

const COLUMNS = ["name", "industry", "phone", "owner"];

describe("columns", () => {
  it("have the pinned ones first, in their order", () => {
    expect(arranged(COLUMNS, ["phone", "name", "gone"])).toEqual(["name", "phone", "industry", "owner"]);
    expect(frozen(COLUMNS, ["phone", "name", "gone"])).toBe(2);
    expect(frozen(COLUMNS, [])).toBe(1);
  });
  it("are moved", () => {
    expect(moved(COLUMNS, [], 3, 1).columns).toEqual(["name", "owner", "industry", "phone"]);
    expect(moved(COLUMNS, [], 0, 4)).toEqual({ columns: COLUMNS, pinned: [] });
  });
  it("are pinned among pinned ones, and not behind them", () => {
    expect(moved(COLUMNS, ["name", "industry"], 3, 1)).toEqual({ columns: ["name", "owner", "industry", "phone"], pinned: ["name", "owner", "industry"] });
    expect(moved(COLUMNS, ["name", "industry"], 0, 3)).toEqual({ columns: ["industry", "phone", "owner", "name"], pinned: ["industry"] });
    expect(moved(COLUMNS, [], 2, 0)).toEqual({ columns: ["phone", "name", "industry", "owner"], pinned: [] });
  });
  it("begin where those before them end", () => {
    expect(offsets([240, 100, 50], 40)).toEqual([40, 280, 380]);
    expect([bounded(3), bounded(99.6), bounded(5_000)]).toEqual([70, 100, 1000]);
  });
});

describe("a look that was kept", () => {
  it("counts as far as it can be read", () => {
    expect(lookOf({ columns: { all: ["name"], x: 1 }, widths: { name: 300, y: "wide" }, pinned: "name" })).toEqual({ columns: { all: ["name"] }, widths: { name: 300 }, pinned: null });
    for (const kept of [null, undefined, 3, "x", []]) expect(lookOf(kept)).toEqual({ columns: {}, widths: {}, pinned: null });
  });
  it("has the columns of the latest places", () => {
    let look = lookOf(null);
    for (let at = 0; at < 30; at += 1) look = withColumns(look, `view ${at}`, ["name"]);
    expect(Object.keys(look.columns)).toHaveLength(20);
    expect(look.columns["view 29"]).toEqual(["name"]);
    expect(withColumns(look, "view 29", null).columns["view 29"]).toBeUndefined();
  });
});

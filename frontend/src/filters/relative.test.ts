import { describe, expect, it } from "vitest";

import { distanceOf, ofDistance, parseRelative, PRESETS } from "~/filters/relative";
import { relativeInWords } from "~/filters/relativeWords";

describe("a relative date", () => {
  it("has a name and offsets; an offset alone counts from today", () => {
    expect(parseRelative("$startOfMonth-1m+2d")).toEqual({ name: "startOfMonth", shifts: [{ by: -1, unit: "m" }, { by: 2, unit: "d" }] });
    expect(parseRelative("-7d")).toEqual({ name: "today", shifts: [{ by: -7, unit: "d" }] });
  });
  it("is nothing else", () => {
    for (const text of ["", "$", "$me", "$todays", "7d", "-7x", "-12345d", "2026-01-01", "$today-1d-1d-1d-1d"]) expect(parseRelative(text)).toBeNull();
  });
  it("is said in words", () => {
    expect(["$today", "$startOfMonth", "$startOfMonth-1m", "-7d", "+2w", "$endOfYear-1y", "2026-01-01"].map((one) => relativeInWords(one, "en"))).toEqual([
      "today", "start of this month", "start of last month", "7 days ago", "in 2 weeks", "end of this year, 1 year ago", null,
    ]);
    for (const one of PRESETS) expect(relativeInWords(one, "en")).not.toBeNull();
  });
  it("is chosen as a distance from today", () => {
    expect(distanceOf("-7d")).toEqual({ count: 7, unit: "d", isPast: true });
    expect(ofDistance(distanceOf("+3m")!)).toBe("+3m");
    expect(ofDistance({ count: Number.NaN, unit: "d", isPast: true })).toBe("-0d");
    expect(distanceOf("$today")).toBeNull();
  });
});

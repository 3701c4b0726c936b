import { describe, expect, it } from "vitest";

import { linesOf, stateOf, type Usage } from "~/setup/usage/usage";

const current = { rows: 80, storageBytes: 1024, users: 3, objects: 0, measuredAt: "2026-02-28T12:30:00Z" };
const limits = { plan: "basic", requestsPerSecond: 10, burst: null, concurrentRequests: null, rows: 100, storageBytes: null, users: 2, objects: 0 };

function usage(changes: Partial<Usage>): Usage {
  return { limits, current, days: [], ...changes };
}

describe("the usage", () => {
  it("is shown beside what the plan allows", () => {
    expect(linesOf(usage({}))).toEqual([
      { content: "rows", used: 80, most: 100, share: 80 },
      { content: "storageBytes", used: 1024, most: null, share: null },
      { content: "users", used: 3, most: 2, share: 100 },
      { content: "objects", used: 0, most: 0, share: 100 },
    ]);
  });

  it("is nearly full from four fifths on, and full beyond a lower plan", () => {
    expect(linesOf(usage({})).map(stateOf)).toEqual(["nearly", "fine", "full", "full"]);
  });

  it("has no limits without a plan", () => {
    expect(linesOf(usage({ limits: null })).map((one) => one.most)).toEqual([null, null, null, null]);
  });

  it("is what the plan allows before it is measured, and nothing without a plan", () => {
    expect(linesOf(usage({ current: null }))).toEqual([
      { content: "rows", used: null, most: 100, share: null },
      { content: "users", used: null, most: 2, share: null },
      { content: "objects", used: null, most: 0, share: null },
    ]);
    expect(linesOf(usage({ current: null, limits: null }))).toEqual([]);
  });
});

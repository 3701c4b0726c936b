import { describe, expect, it } from "vitest";

import type { View } from "~/api";
import { currentView, isChanged, reordered, viewSearch } from "~/records/list/views";

const view = (id: string, more: Partial<View> = {}) => ({ id, default: false, mine: true, roles: [], ...more }) as unknown as View;
const SHARED = view("shared", { mine: false, roles: ["member"] });
const VIEWS = [SHARED, view("a"), view("b", { default: true })];

describe("the view of an address", () => {
  it("is the default one where the address says nothing", () => {
    expect(currentView(VIEWS, {}, true)?.id).toBe("b");
    expect(currentView(VIEWS, {}, false)).toBeUndefined();
    expect(currentView(VIEWS, { q: "x" }, true)).toBeUndefined();
    expect(currentView(VIEWS, viewSearch(VIEWS, undefined), true)).toBeUndefined();
    expect(currentView(VIEWS, { view: "a", q: "x" }, true)?.id).toBe("a");
  });
  it("is changed by a filter, an order or columns", () => {
    expect([{}, { view: "a", q: "x" }, { filter: "x" }, { sort: "x" }, { cols: "x" }].map(isChanged)).toEqual([false, false, true, true, true]);
  });
});

describe("the order of views", () => {
  it("is that of those which the user may change", () => {
    expect(reordered(VIEWS, "a", 1, [])).toEqual(["b", "a"]);
    expect(reordered(VIEWS, "a", -1, [])).toBeNull();
    expect(reordered(VIEWS, "shared", 1, [])).toBeNull();
  });
  it("keeps shared ones before one's own", () => {
    expect(reordered(VIEWS, "a", -1, ["apps:manage"])).toBeNull();
    expect(reordered(VIEWS, "b", -1, ["apps:manage"])).toEqual(["shared", "b", "a"]);
  });
});

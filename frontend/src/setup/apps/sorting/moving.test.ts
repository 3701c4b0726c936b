import { describe, expect, it } from "vitest";

import { dropPosition, moved, movedIn, stepped } from "~/setup/apps/sorting/moving";

const LISTS = [["a", "b", "c"], [], ["d"]];

describe("an item", () => {
  it("moves within its list", () => {
    expect(movedIn(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(movedIn(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  });
  it("moves to another list", () => {
    expect(moved(LISTS, { list: 0, at: 1 }, { list: 2, at: 0 })).toEqual([["a", "c"], [], ["b", "d"]]);
    expect(moved(LISTS, { list: 2, at: 0 }, { list: 1, at: 9 })).toEqual([["a", "b", "c"], ["d"], []]);
  });
  it("stays where a place does not exist", () => {
    expect(moved(LISTS, { list: 1, at: 0 }, { list: 0, at: 0 })).toEqual(LISTS);
    expect(moved(LISTS, { list: 0, at: 0 }, { list: 7, at: 0 })).toEqual(LISTS);
  });
});

describe("a step", () => {
  it("goes on in the neighbouring list, also in an empty one", () => {
    expect(stepped(LISTS, { list: 0, at: 2 }, 1)).toEqual({ list: 1, at: 0 });
    expect(stepped(LISTS, { list: 2, at: 0 }, -1)).toEqual({ list: 1, at: 0 });
    expect(stepped([["a", "b"], ["c"]], { list: 1, at: 0 }, -1)).toEqual({ list: 0, at: 2 });
  });
  it("ends at both ends", () => {
    expect(stepped(LISTS, { list: 0, at: 0 }, -1)).toBeNull();
    expect(stepped(LISTS, { list: 2, at: 0 }, 1)).toBeNull();
  });
});

it("a drop is before the first item whose middle is below the pointer", () => {
  expect([5, 15, 30].map((y) => dropPosition([10, 20], y))).toEqual([0, 1, 2]);
  expect(dropPosition([], 3)).toBe(0);
});

import { describe, expect, it } from "vitest";

import { contrastOf, paletteOf } from "~/app/accent";

const NAMES = ["dark", "gray", "red", "pink", "grape", "violet", "blue", "cyan", "teal", "green", "lime", "yellow", "orange"];

describe("an accent", () => {
  it.each([...NAMES, "#ffff00", "#000000", "#ffffff", "#e0218a", "#7fff00"])("of %s can be read in both themes", (accent) => {
    const palette = paletteOf(accent)!;
    expect(palette).toHaveLength(10);
    for (const carrier of [palette[8]!, palette[9]!]) expect(contrastOf(carrier, "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(palette[4]!, "#242424")).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(palette[9]!, palette[1]!)).toBeGreaterThanOrEqual(4.5);
    expect(contrastOf(palette[8]!, palette[0]!)).toBeGreaterThanOrEqual(4.5);
  });
  it("keeps its hue", () => {
    expect(paletteOf("#ff0000")![8]).toMatch(/^#[a-f0-9]{2}0000$/);
  });
  it("is the workspace's own without one, or with one that is not known", () => {
    for (const one of ["", "indigo", "no-colour", "#12"]) expect(paletteOf(one)).toBeUndefined();
  });
});

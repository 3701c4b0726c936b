import { describe, expect, it } from "vitest";

import { choicesOf } from "~/app/preferences";

describe("the choices of a user", () => {
  it("are read from the preferences", () => {
    expect(choicesOf({ "workspace.app": "sales", "workspace.theme": "dark", "workspace.density": "compact", "list.accounts": {} })).toEqual({ app: "sales", theme: "dark", density: "compact" });
  });
  it("are the usual where there are none, or others that are not understood", () => {
    const usual = { app: "", theme: "auto", density: "comfortable" };
    expect(choicesOf(undefined)).toEqual(usual);
    expect(choicesOf({ "workspace.app": 7, "workspace.theme": "sepia", "workspace.density": null })).toEqual(usual);
  });
});

import { describe, expect, it } from "vitest";

import { bodyOf, changesOf, NEW_PROVIDER } from "~/setup/security/provider";

describe("a provider", () => {
  it("has its domains one a line", () => {
    expect(bodyOf({ ...NEW_PROVIDER, domains: "a.example\n b.example, c.example\n" }).domains).toEqual(["a.example", "b.example", "c.example"]);
  });
  it("is sent as far as it was changed", () => {
    expect(changesOf(NEW_PROVIDER, { ...NEW_PROVIDER, active: false, domains: "a.example" })).toEqual({ active: false, domains: ["a.example"] });
  });
  it("keeps its secret, unless another is typed or it is removed", () => {
    expect(changesOf(NEW_PROVIDER, NEW_PROVIDER)).toEqual({});
    expect(changesOf(NEW_PROVIDER, { ...NEW_PROVIDER, clientSecret: "s" })).toEqual({ clientSecret: "s" });
    expect(changesOf(NEW_PROVIDER, NEW_PROVIDER, true)).toEqual({ clientSecret: "" });
  });
});

import { describe, expect, it } from "vitest";

import { parseAddresses } from "~/setup/people/users/addresses";

describe("pasted addresses", () => {
  it("may have names, and any separator", () => {
    const text = 'Grace Hopper <grace@acme.example>; ada@acme.example,\n"Lovelace, Ada" <ada2@acme.example>\njoan@acme.example hedy@acme.example\n\n mailto:x@acme.example ';
    expect(parseAddresses(text)).toEqual({
      people: [
        { email: "grace@acme.example", name: "Grace Hopper" },
        { email: "ada@acme.example", name: "" },
        { email: "ada2@acme.example", name: "Lovelace, Ada" },
        { email: "joan@acme.example", name: "" },
        { email: "hedy@acme.example", name: "" },
        { email: "x@acme.example", name: "" },
      ],
      faults: [],
    });
  });
  it("count once", () => {
    expect(parseAddresses("a@acme.example\nA@acme.example").people).toEqual([{ email: "a@acme.example", name: "" }]);
  });
  it("are named if they are none", () => {
    expect(parseAddresses("grace@acme, nobody; Grace <>, ok@acme.example")).toEqual({
      people: [{ email: "ok@acme.example", name: "" }],
      faults: ["grace@acme", "nobody", "Grace <>"],
    });
    expect(parseAddresses(" \n")).toEqual({ people: [], faults: [] });
  });
});

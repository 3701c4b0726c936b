import { describe, expect, it } from "vitest";

import { withPart } from "~/records/import/format";

describe("the format of a file", () => {
  it("has only what somebody has chosen", () => {
    expect(withPart({}, "decimal", "comma")).toEqual({ decimal: "comma" });
    expect(withPart({ decimal: "comma", nulls: "-" }, "decimal", null)).toEqual({ nulls: "-" });
    expect(withPart({ nulls: "-" }, "nulls", " ")).toEqual({});
  });
});

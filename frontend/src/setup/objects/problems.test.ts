import { Problem } from "@freehold/client";
import { describe, expect, it } from "vitest";

import { refusedOf } from "~/setup/objects/problems";

const problem = (code: string, errors: [field: string, code: string, message: string][], extensions: object = {}) =>
  new Problem({ status: 409, code, errors: errors.map(([field, one, message]) => ({ field, code: one, message })), ...extensions });

describe("a refusal", () => {
  it("is said at the input that it belongs to, by the first part of its place", () => {
    const refused = refusedOf(problem("invalid", [["options.3.color", "x", "must be a colour"], ["name", "name-taken", "…"]]), ["options", "name"]);
    expect(refused).toEqual({ inputs: { options: "Must be a colour.", name: "This name is taken. Choose another one." }, rest: "", misfits: null });
  });

  it("is said above the form when it belongs to no input", () => {
    expect(refusedOf(problem("invalid", [["fields", "too-many-fields", "401 fields are too many"]]), ["name"]).rest).toBe("401 fields are too many.");
    expect(refusedOf(problem("object-busy", []), []).rest).toBe("Another change is under way. Try again in a moment.");
  });

  it("of records that do not fit is said at the input that was changed", () => {
    const records = { count: 7, ids: ["a", "b"] };
    const broken = problem("would-break-data", [["phone", "would-break-data", "7 records do not fit: …"]], { records });
    expect(refusedOf(broken, ["required"], ["label", "required"])).toEqual({
      inputs: { required: "Records without a value: 7." }, rest: "", misfits: { count: 7, ids: ["a", "b"] },
    });
    expect(refusedOf(broken, ["required"], ["required", "unique"]).rest).toBe("7 records do not fit: ….");
  });

  it("without a response says so", () => {
    expect(refusedOf(new Problem({ status: 0, code: "offline" }), []).rest).toMatch(/cannot be reached/);
  });
});

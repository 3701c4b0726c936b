import { describe, expect, it } from "vitest";

import type { Field } from "~/api";
import { canBeUniqueTogether, faultOfIndex, fieldsFor, readIndex, writtenIndex } from "~/setup/objects/indexes";

const fields = [
  { name: "id", type: "id" },
  { name: "created_by", type: "lookup" },
  { name: "stage", type: "select", index: true },
  { name: "amount", type: "currency" },
  { name: "phone", type: "phone" },
  { name: "notes", type: "long_text" },
] as unknown as Field[];

describe("an index", () => {
  it.each([[["stage", "-amount"]], [{ fields: ["stage", "amount"], unique: true }]])("%j is read and written", (written) => {
    expect(writtenIndex(readIndex(written))).toEqual(written);
  });

  it("takes fields that it does not have, of types that can be in an index", () => {
    const names = (written: string[]) => fieldsFor(readIndex(written), fields).map((one) => one.name);
    expect(names([])).toEqual(["stage", "amount", "phone"]);
    expect(names(["stage"])).toEqual(["created_by", "amount", "phone"]);
  });

  it("is unique over several fields without phone numbers", () => {
    expect(canBeUniqueTogether(readIndex(["stage", "amount"]), fields)).toBe(true);
    expect(canBeUniqueTogether(readIndex(["stage"]), fields)).toBe(false);
    expect(canBeUniqueTogether(readIndex(["stage", "phone"]), fields)).toBe(false);
  });
});

describe("the fault of an index", () => {
  const others = [readIndex(["stage", "-amount"]), readIndex({ fields: ["stage", "phone"], unique: true })];
  it.each([
    [[], "empty"],
    [["stage", "-amount"], "twice"],
    [{ fields: ["phone", "-stage"], unique: true }, "twice"],
    [["stage"], "own"],
    [["amount"], null],
    [["stage", "amount"], null],
  ])("%j is %s", (written, fault) => expect(faultOfIndex(readIndex(written), others, fields)).toBe(fault));
});

import { describe, expect, it } from "vitest";

import type { Field } from "~/api";
import { bodyOf, changesOf, draftOf, isHarmless, newDraft, withType } from "~/setup/objects/fieldDraft";
import { addOption } from "~/setup/objects/optionList";

const field = (part: object) => ({ name: "stage", label: "Stage", type: "text", ...part }) as unknown as Field;

describe("the body of a new field", () => {
  it("has the first settings of its type", () => {
    expect(bodyOf({ ...newDraft("text"), name: "city", label: " City " })).toEqual({
      name: "city", label: "City", type: "text", description: "", history: true, required: false, unique: false, index: false,
      searchable: false, default: null, maxLength: 255,
    });
    expect(bodyOf(newDraft("decimal"))).toMatchObject({ precision: 15, scale: 2 });
    expect(bodyOf(newDraft("json"))).not.toHaveProperty("maxLength");
  });

  it("leaves out what its type cannot have", () => {
    const wanted = { required: true, unique: true, index: true, searchable: true, default: "x" };
    expect(bodyOf({ ...newDraft("auto_number"), ...wanted })).toMatchObject({
      required: false, unique: false, index: false, searchable: false, default: null,
    });
    expect(bodyOf({ ...newDraft("long_text"), ...wanted })).toMatchObject({ unique: false, index: false, searchable: true, default: "x" });
    expect(bodyOf({ ...newDraft("text"), ...wanted, maxLength: 769 })).toMatchObject({ unique: false, index: false });
    expect(bodyOf({ ...newDraft("text"), ...wanted })).toMatchObject({ unique: true, default: null });
  });

  it("has a lookup's default as an id, and no empty list", () => {
    expect(bodyOf({ ...newDraft("lookup"), default: { id: "7", name: "Ada" } }).default).toBe("7");
    expect(bodyOf({ ...newDraft("multi_select"), default: [] }).default).toBeNull();
    expect(bodyOf({ ...newDraft("boolean"), default: false }).default).toBe(false);
  });
});

describe("the changes of a field", () => {
  it("are the properties that differ", () => {
    const base = draftOf(field({ maxLength: 80, required: true }));
    expect(changesOf(base, base)).toEqual({});
    expect(changesOf(base, { ...base, label: "Phase", maxLength: 90 })).toEqual({ label: "Phase", maxLength: 90 });
  });

  it("have all translations when one changes, and none when they are removed", () => {
    const base = draftOf(field({ translations: { de: { label: "Phase" } } }));
    expect(changesOf(base, { ...base, translations: { de: { label: "Phase" }, fr: { label: "Étape" } } })).toEqual({
      translations: { de: { label: "Phase" }, fr: { label: "Étape" } },
    });
    expect(changesOf(base, { ...base, translations: { de: { label: "" } } })).toEqual({ translations: {} });
  });

  it("have all options when one changes", () => {
    const base = draftOf(field({ type: "select", options: [{ value: "open", label: "Open" }] }));
    expect(changesOf(base, { ...base, options: addOption(base.options, "Won") })).toEqual({
      options: [{ value: "open", label: "Open" }, { value: "won", label: "Won" }],
    });
  });

  it("have the settings of another type, and not those of the old one", () => {
    const base = draftOf(field({ type: "integer", default: 4 }));
    expect(changesOf(base, withType(base, "decimal"))).toEqual({ type: "decimal", precision: 15, scale: 2, default: null });
    const text = draftOf(field({ maxLength: 80 }));
    expect(changesOf(text, withType(text, "long_text"))).toEqual({ type: "long_text", maxLength: 16_000 });
  });
});

describe("a change", () => {
  const base = draftOf(field({ type: "select", options: ["open", "won"] }));
  it.each([
    [{ label: "Phase", required: true, translations: {} }, true],
    [{ options: [{ value: "won", label: "Won" }, { value: "open", label: "Begun", archived: true }, { value: "lost", label: "Lost" }] }, true],
    [{ options: [{ value: "open", label: "Open" }] }, false],
    [{ name: "phase" }, false],
    [{ type: "text", maxLength: 255 }, false],
    [{ target: "users" }, false],
  ])("of %j is harmless to what uses the field: %s", (changes, harmless) => expect(isHarmless(base, changes)).toBe(harmless));
});

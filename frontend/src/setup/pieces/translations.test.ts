import { describe, expect, it } from "vitest";

import { cleaned, languageName, withoutLanguage, withText } from "~/setup/pieces/translations";

describe("translations", () => {
  const german = { de: { label: "Geschäft" } };

  it("are added, changed and removed", () => {
    expect(withText({}, "de", "label", "Geschäft")).toEqual(german);
    expect(withText(german, "de", "pluralLabel", "Geschäfte")).toEqual({ de: { label: "Geschäft", pluralLabel: "Geschäfte" } });
    expect(withoutLanguage(german, "de")).toEqual({});
  });

  it("are sent without what is empty", () => {
    expect(cleaned({ de: { label: " Geschäft ", description: "" }, fr: { label: " " }, it: {} })).toEqual(german);
  });

  it("are named in the language of the reader", () => expect(languageName("pt-BR", "en")).toBe("Brazilian Portuguese"));
});

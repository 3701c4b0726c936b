import { describe, expect, it } from "vitest";

import { labelOf, navigationInLanguage, pluralLabelOf } from "~/fields/labels";
import { getLocale } from "~/paraglide/runtime";
import { choicesOf, optionsOf } from "~/fields/format";

const ACCOUNT = {
  label: "Account",
  pluralLabel: "Accounts",
  translations: { de: { label: "Kunde", pluralLabel: "" }, "pt-BR": { label: "Conta" } },
};

describe("a label", () => {
  it("is that of the language, also of another region", () => {
    expect(["de", "de-AT", "pt-BR", "pt"].map((language) => labelOf(ACCOUNT, language))).toEqual(["Kunde", "Kunde", "Conta", "Conta"]);
  });
  it("is that of the language in a menu: of apps, of groups and of pages", () => {
    const named = (label: string, german: string) => ({ label, translations: { [getLocale()]: { label: german } } });
    const app = { ...named("Sales", "Vertrieb"), pages: [named("Accounts", "Firmen")], navigation: [{ ...named("Customers", "Kunden"), pages: ["accounts"] }, { label: "Bare", pages: [] }] };
    const [shown] = navigationInLanguage({ apps: [app], objects: [] }).apps;
    expect([shown?.label, shown?.pages[0]?.label, ...(shown?.navigation ?? []).map((one) => one.label)]).toEqual(["Vertrieb", "Firmen", "Kunden", "Bare"]);
  });
  it("is the thing's own where there is no translation", () => {
    expect(labelOf(ACCOUNT, "fr")).toBe("Account");
    expect(pluralLabelOf(ACCOUNT, "de")).toBe("Accounts");
    expect(labelOf({ label: "Bare" }, "de")).toBe("Bare");
  });
});

describe("options", () => {
  const field = { options: [{ value: "open", label: "" }, { value: "won", label: "Won", color: "green" as const }, { value: "parked", label: "Parked", archived: true }] };
  it("have a label, and what was set for them", () => {
    expect(optionsOf(field)).toEqual([
      { value: "open", label: "open" },
      { value: "won", label: "Won", color: "green" },
      { value: "parked", label: "Parked", archived: true },
    ]);
  });
  it("are offered unless they are archived and not chosen already", () => {
    expect(choicesOf(field, "open").map((one) => one.value)).toEqual(["open", "won"]);
    expect(choicesOf(field, ["parked"]).map((one) => one.value)).toEqual(["open", "won", "parked"]);
  });
});

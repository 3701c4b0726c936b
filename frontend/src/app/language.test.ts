import { describe, expect, it } from "vitest";

import { catalogueOf, wantedLocale } from "~/app/language";

const settings = (user: string, tenant: string) => ({ user: { language: user }, tenant: { language: tenant } });

describe("the language of the texts", () => {
  it("is the user's own", () => {
    expect(wantedLocale(settings("de-CH", "en"), "en", "en")).toBe("de");
    expect(wantedLocale(settings("de-CH", "en"), "de", null)).toBeUndefined();
  });
  it("is the tenant's for users without one, unless this browser chose another", () => {
    expect(wantedLocale(settings("", "de-AT"), "en", null)).toBe("de");
    expect(wantedLocale(settings("", "de-AT"), "en", "en")).toBeUndefined();
  });
  it("stays as it is where there is no catalogue", () => {
    expect(catalogueOf("fr-CH")).toBeUndefined();
    expect(wantedLocale(settings("fr-CH", ""), "de", null)).toBeUndefined();
  });
});

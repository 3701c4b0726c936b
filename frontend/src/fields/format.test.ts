import { describe, expect, it } from "vitest";

import { day, decimal, linkOf, moment, styleOf, textOf } from "~/fields/format";
import { fromLocal, toLocal } from "~/fields/zones";
import { ownPath } from "~/session/returnTo";

const ENGLISH = { locale: "en-US", timeZone: "UTC" };
const GERMAN = { locale: "de", timeZone: "Europe/Berlin" };

describe("values", () => {
  it("keep every digit of a decimal", () => {
    expect(decimal("12345678901234567890.10", GERMAN)).toBe("12.345.678.901.234.567.890,10");
    expect(decimal("-0.05", ENGLISH)).toBe("-0.05");
  });
  it("never shift a day", () => {
    expect(day("2026-03-01", ENGLISH)).toBe("Mar 1, 2026");
    expect(day("0001-01-01", ENGLISH)).toContain("1");
  });
  it("show moments in the zone", () => {
    expect(moment("2026-03-01T23:30:00Z", GERMAN)).toContain("02.03.2026");
  });
  it("show labels of options", () => {
    const field = { name: "stage", type: "select", options: [{ value: "won", label: "Gewonnen" }] } as const;
    expect(textOf("won", { ...field, options: [...field.options] }, GERMAN)).toBe("Gewonnen");
    expect(textOf("gone", { ...field, options: [...field.options] }, GERMAN)).toBe("gone");
  });
});

describe("the style of values", () => {
  const user = { language: "", timeZone: "", numberFormat: "", dateFormat: "" };
  const tenant = { language: "de-CH", timeZone: "Europe/Zurich", currency: "CHF" };
  const field = { name: "amount", type: "currency" } as const;
  it("is the user's, else the tenant's, else the browser's", () => {
    expect(styleOf("de", "UTC", { user, tenant })).toMatchObject({ locale: "de-CH", timeZone: "Europe/Zurich", currency: "CHF" });
    expect(styleOf("en", "UTC", { user: { ...user, timeZone: "Asia/Tokyo" }, tenant })).toMatchObject({ locale: "en", timeZone: "Asia/Tokyo" });
    expect(styleOf("en", "UTC", undefined)).toEqual({ locale: "en", timeZone: "UTC" });
  });
  it("has the separators that the user chose", () => {
    expect(decimal("-1234567.50", { ...ENGLISH, numberFormat: "1'234.5" })).toBe("-1'234'567.50");
    expect(decimal("1234.5", { ...ENGLISH, numberFormat: "1 234,5" })).toBe("1 234,5");
  });
  it("has the order of dates that the user chose", () => {
    expect(day("2026-03-01", { ...ENGLISH, dateFormat: "dd.mm.yyyy" })).toBe("01.03.2026");
    expect(moment("2026-03-01T23:30:00Z", { ...GERMAN, dateFormat: "yyyy-mm-dd" })).toBe("2026-03-02, 00:30");
  });
  it("has the tenant's currency, exact to the last digit", () => {
    expect(textOf("12345678901234567.10", field, { ...ENGLISH, currency: "USD" })).toBe("$12,345,678,901,234,567.10");
    expect(textOf("1200.00", field, { ...ENGLISH, currency: "JPY" })).toBe("¥1,200");
    expect(textOf("12.5", field, { ...GERMAN, currency: "EUR" })).toBe("12,50\u00A0€");
    expect(textOf("12.50", field, ENGLISH)).toBe("12.50");
  });
});

describe("links", () => {
  it("are followed for http and https only", () => {
    expect(linkOf("https://example.com/a", "url")).toBe("https://example.com/a");
    for (const evil of ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "vbscript:x", "//x"]) {
      expect(linkOf(evil, "url")).toBeNull();
    }
  });
});

describe("local times", () => {
  it("come back as the same moment, also when the clocks change", () => {
    for (const at of ["2026-03-29T00:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-07-01T12:00:00.000Z"]) {
      expect(fromLocal(toLocal(at, "Europe/Berlin"), "Europe/Berlin")).toBe(at);
    }
  });
});

describe("the path after signing in", () => {
  const origin = "https://acme.example.com";
  it("is one of this host", () => {
    expect(ownPath("/o/accounts?q=a#b", origin)).toBe("/o/accounts?q=a#b");
  });
  it("is the start page for everything else", () => {
    for (const evil of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "", null, "/login?to=/login"]) {
      expect(ownPath(evil, origin)).toBe("/");
    }
  });
});

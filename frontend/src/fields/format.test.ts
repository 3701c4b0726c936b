import { describe, expect, it } from "vitest";

import { day, decimal, linkOf, moment, textOf } from "~/fields/format";
import { fromLocal, toLocal } from "~/fields/zones";
import { ownPath } from "~/session/returnTo";

const GERMAN = { locale: "de", timeZone: "Europe/Berlin" };

describe("values", () => {
  it("keep every digit of a decimal", () => {
    expect(decimal("12345678901234567890.10", "de")).toBe("12.345.678.901.234.567.890,10");
    expect(decimal("-0.05", "en")).toBe("-0.05");
  });
  it("never shift a day", () => {
    expect(day("2026-03-01", "en-US")).toBe("Mar 1, 2026");
    expect(day("0001-01-01", "en-US")).toContain("1");
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

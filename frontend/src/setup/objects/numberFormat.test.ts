import { expect, it } from "vitest";

import { numberText } from "~/setup/objects/numberFormat";

it.each([
  ["INV-{0000}", "INV-0042"],
  ["{YYYY}/{MM}-{000}", "2026/02-042"],
  ["{YY}{MM}{DD}-{0}", "260228-42"],
  ["{0}", "42"],
  ["INV", null],
  ["{0}{0}", null],
  ["{X}-{0}", null],
  [" {0}", null],
  ["{0", null],
  ["", null],
])("the format %j gives %j", (format, text) => expect(numberText(format, 42, new Date("2026-02-28T12:00:00Z"))).toBe(text));

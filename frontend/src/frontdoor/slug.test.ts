import { expect, test } from "vitest";

import { slugOf } from "~/frontdoor/slug";

test.each([
  ["Acme Corporation", "acme-corporation"],
  ["Müller & Söhne GmbH", "mueller-soehne-gmbh"],
  ["  Étienne's  ", "etienne-s"],
  ["日本", ""],
  [`${"a".repeat(39)} b`, "a".repeat(39)],
])("a slug for %j", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

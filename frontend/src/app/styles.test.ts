import { existsSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

const shared = readFileSync("src/app/mantine.css", "utf8");
const sources = import.meta.glob<string>("/src/**/*.tsx", { query: "?raw", import: "default", eager: true });

const OF_OTHERS: Record<string, string> = { NumberInput: "Input", TextInput: "Input", Textarea: "Input" };

/** The style sheets of the components that a source uses, without those that every page has. */
function needed(source: string): string[] {
  const imported = [...source.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)].flatMap(([, names]) => names!.split(","));
  return imported
    .map((name) => name.trim().replace(/^type /, ""))
    .map((name) => `@mantine/core/styles/${OF_OTHERS[name] ?? name}.css`)
    .filter((sheet) => existsSync(`node_modules/${sheet}`) && !shared.includes(sheet));
}

describe("the components of a page", () => {
  it("have their styles, whichever page was opened first", () => {
    const missing = Object.entries(sources).flatMap(([path, source]) =>
      needed(source).filter((sheet) => !source.includes(`import "${sheet}"`)).map((sheet) => `${path}: ${sheet}`),
    );
    expect(missing).toEqual([]);
  });
});

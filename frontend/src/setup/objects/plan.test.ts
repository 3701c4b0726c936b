import { describe, expect, it } from "vitest";

import { actOf, affectedOf, isTrivial, paceOf, summaryOf, type Plan } from "~/setup/objects/plan";

const plan = (...statements: [ddl: string, algorithm: string, rows: number][]): Plan => ({
  plan: statements.map(([ddl, algorithm, rows]) => ({ ddl, algorithm, rows })),
  affects: { lookups: [], pages: [] },
});

describe("the act of a statement", () => {
  it.each([
    ['CREATE TABLE "deals_2e3f4a5b" ("id" UUID)', "create-table"],
    ['DROP TABLE "deals_2e3f4a5b"', "drop-table"],
    ['ALTER TABLE "accounts" ADD COLUMN "tier_0a1b2c3d" VARCHAR(20) DEFAULT NULL, ALGORITHM=INSTANT', "add-column"],
    ['ALTER TABLE "accounts" DROP COLUMN "tier_0a1b2c3d"', "drop-column"],
    ['ALTER TABLE "accounts" MODIFY COLUMN "tier_0a1b2c3d" LONGTEXT DEFAULT NULL', "convert-column"],
    ['ALTER TABLE "accounts" ADD UNIQUE INDEX "k" ("tier")', "add-unique"],
    ['ALTER TABLE "accounts" DROP INDEX "k", ADD INDEX "k" ("tier", "id")', "add-index"],
    ['CREATE UNIQUE INDEX "k" ON "accounts" ("tier")', "add-unique"],
    ['CREATE INDEX "k" ON "accounts" ("tier")', "add-index"],
    ['DROP INDEX "k"', "drop-index"],
    ['ALTER TABLE "accounts" ADD CONSTRAINT "f" FOREIGN KEY ("a") REFERENCES "b" ("id")', "reference"],
    ['ALTER TABLE "accounts" DROP FOREIGN KEY "f"', "drop-reference"],
    ['CREATE TABLE IF NOT EXISTS "accounts_search_0a1b2c" ("id" BINARY(16))', "search"],
    ['CREATE VIRTUAL TABLE "accounts_search" USING fts5(name)', "search"],
    ['DROP TABLE IF EXISTS "accounts_search_0a1b2c"', "drop-search"],
    ["ALTER TABLE \"accounts\" COMMENT = ''", "fill"],
    ["VACUUM", "other"],
  ])("%s is %s", (ddl, act) => expect(actOf(ddl)).toBe(act));
});

describe("the pace of a statement", () => {
  it.each([
    ["INSTANT", "", 0, "instant"],
    ["METADATA", "", 500, "instant"],
    ["rebuild", "", 0, "instant"],
    ["NOCOPY", ", LOCK=NONE", 500, "online"],
    ["INPLACE", ", ALGORITHM=INPLACE, LOCK=NONE", 500, "online"],
    ["ROWS", "", 500, "online"],
    ["INPLACE", ", ALGORITHM=INPLACE, LOCK=SHARED", 500, "waits"],
    ["COPY", "", 500, "waits"],
    ["rebuild", "", 500, "waits"],
  ])("%s%s with %i rows is %s", (algorithm, ddl, rows, pace) => expect(paceOf({ algorithm, ddl, rows })).toBe(pace));
});

describe("the summary of a plan", () => {
  it("has each act once, and the slowest pace", () => {
    const summary = summaryOf(
      plan(
        ['ALTER TABLE "a" ADD COLUMN "b" INT', "INSTANT", 0],
        ['ALTER TABLE "a" ADD INDEX "i" ("b")', "NOCOPY", 70],
        ['ALTER TABLE "a" ADD INDEX "j" ("b")', "INPLACE", 90],
      ),
    );
    expect(summary).toEqual({
      steps: [
        { act: "add-column", pace: "instant", rows: 0 },
        { act: "add-index", pace: "online", rows: 90 },
      ],
      pace: "online",
      rows: 90,
    });
  });

  it("shows a column that SQLite replaces as converted", () => {
    const summary = summaryOf(
      plan(
        ['ALTER TABLE "a" ADD COLUMN "new_b" TEXT', "rebuild", 5],
        ['UPDATE "a" SET "new_b" = "b"', "rebuild", 5],
        ['ALTER TABLE "a" DROP COLUMN "b"', "rebuild", 5],
        ['ALTER TABLE "a" RENAME COLUMN "new_b" TO "b"', "rebuild", 5],
      ),
    );
    expect(summary.steps).toEqual([{ act: "convert-column", pace: "waits", rows: 5 }]);
  });

  it("of nothing is instant", () => expect(summaryOf(plan())).toEqual({ steps: [], pace: "instant", rows: 0 }));
});

describe("a trivial plan", () => {
  it("has no statements and affects nothing", () => {
    expect(isTrivial(plan())).toBe(true);
    expect(isTrivial(plan(["DROP INDEX k", "METADATA", 0]))).toBe(false);
    expect(isTrivial({ plan: [], affects: { views: [{ id: "1", name: "Mine", owner: "Ada" }] } })).toBe(false);
  });
});

it("lists what is affected by its kind, known or not", () => {
  const affected = affectedOf({ plan: [], affects: { roles: [{ name: "member", in: ["fields"] }], histories: [] } });
  expect(affected).toEqual({ pages: [], views: [], lookups: [], roles: [{ name: "member", in: ["fields"] }] });
});

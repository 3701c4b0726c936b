import { describe, expect, it } from "vitest";

import type { Field, ObjectSummary } from "~/api";
import { added, allowed, deleted, nothingDone, portions, refusals, settable } from "~/records/bulk/plan";

describe("ids", () => {
  it("are sent in portions", () => {
    expect(portions(["a", "b", "c"], 2)).toEqual([["a", "b"], ["c"]]);
    expect(portions([])).toEqual([]);
  });
  it("are those with which it may be done, as far as that is known", () => {
    const can = new Map([["a", { update: true, delete: false }], ["b", { update: false, delete: true }]]);
    expect(allowed(["a", "b", "c"], "delete", can)).toEqual(["b", "c"]);
    expect(allowed(["a", "b", "c"], "update", can)).toEqual(["a", "c"]);
  });
});

describe("an outcome", () => {
  it("has what was done and what was refused, by the reason", () => {
    const first = added(nothingDone(), { ok: 1, failed: 1, results: [{ status: 200 }, { status: 422, errors: [{ message: "Too long." }] }] }, ["a", "b"]);
    const both = added(first, { ok: 1, failed: 1, results: [{ status: 409, errors: [{ message: "Too long." }] }, { status: 204 }] }, ["c", "d"]);
    expect(both.done).toEqual(["a", "d"]);
    expect([both.ok, refusals(both), both.refused.get("Too long.")]).toEqual([2, 2, 2]);
  });
  it("of a filter has numbers, and the reasons of some", () => {
    const all = added(nothingDone(), { ok: 7, failed: 3, results: [{ id: "x", status: 422, errors: [{ message: "No." }] }], skipped: 2, unfinished: 1, resultsLeftOut: 2 });
    expect(all).toEqual({ done: [], ok: 7, refused: new Map([["No.", 1], ["", 2]]), skipped: 2, unfinished: 1 });
  });
});

describe("a deletion", () => {
  const fields = new Set(["name", "updated_by"]);
  it("of records by name is undone by their names", () => {
    expect(deleted({ ...nothingDone(), done: ["a"] }, fields)).toEqual({ kind: "some", ids: ["a"] });
    expect(deleted(nothingDone(), fields)).toBeNull();
  });
  it("of all that match is undone by its moment, and by whose it was", () => {
    const outcome = added(nothingDone(), { ok: 2, failed: 0, results: [], deletedAt: "2026-02-28T12:30:00.250000Z" });
    const moment = { deleted_at: { eq: "2026-02-28T12:30:00.250000Z" } };
    expect(deleted(outcome, fields)).toEqual({ kind: "all", asked: { filter: { and: [moment, { updated_by: { eq: "$me" } }] } } });
    expect(deleted(outcome, new Set())).toEqual({ kind: "all", asked: { filter: { and: [moment] } } });
  });
});

describe("fields that are set for many", () => {
  const field = (name: string, more: Partial<Field> = {}) => ({ name, type: "text", readOnly: false, unique: false, system: false, ...more }) as Field;
  const fields = [field("name"), field("code", { unique: true }), field("number", { type: "auto_number" }), field("owner", { system: true }), field("created_at", { system: true, readOnly: true }), field("locked")];
  const summary = (update: boolean) => ({ can: { update }, fields: [{ name: "locked", readOnly: true }] }) as unknown as ObjectSummary;
  it("are those that the caller may change", () => {
    expect(settable(fields, summary(true)).map((one) => one.name)).toEqual(["name", "owner"]);
    expect(settable(fields, summary(false))).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";

import type { Field } from "~/api";
import { conditionOf, groupsOf, keyOf, labelOfGroup, measuredText, measuresOf, queryOf } from "~/records/summary/summary";

const field = (name: string, type: Field["type"], rest: Partial<Field> = {}) => ({ name, label: name, type, ...rest }) as Field;
const stage = field("stage", "select", { options: [{ value: "won", label: "Won" }] as NonNullable<Field["options"]> });
const owner = field("owner", "lookup", { target: "users" });
const amount = field("amount", "currency", { scale: 2 });
const closed = field("close_date", "date");
const names = new Map([["users", "name"]]);
const style = { locale: "en", timeZone: "UTC", currency: "EUR" };

describe("a summary", () => {
  it("groups by fields and by parts of dates, and measures numbers", () => {
    const fields = [stage, closed, field("notes", "json"), amount];
    expect(groupsOf(fields).map(keyOf)).toEqual(["stage", "year(close_date)", "quarter(close_date)", "month(close_date)", "day(close_date)", "amount"]);
    expect(measuresOf(fields).map(keyOf)).toEqual(["count", "sum(amount)", "avg(amount)", "min(amount)", "max(amount)"]);
  });

  it("asks for the names of lookups, and for the largest groups first", () => {
    const query = queryOf({ field: owner }, { field: amount, measured: "sum" }, { filter: { stage: "won" } }, names);
    expect(query).toEqual({ filter: { stage: "won" }, groupBy: ["owner", "owner.name"], select: ["count", "sum(amount)"], sort: ["-sum(amount)"], limit: 100 });
    expect(queryOf({ field: closed, part: "month" }, {}, { filter: {} }, names).sort).toEqual(["month(close_date)"]);
    expect(queryOf(null, {}, { filter: {}, search: "x" }, names)).toEqual({ filter: {}, search: "x", select: ["count"] });
  });

  it("reads groups as their fields are read", () => {
    expect(labelOfGroup({ field: stage }, { stage: "won" }, names, style)).toBe("Won");
    expect(labelOfGroup({ field: owner }, { owner: "0190", "owner.name": "Ada" }, names, style)).toBe("Ada");
    expect(labelOfGroup({ field: closed, part: "month" }, { "month(close_date)": "2026-03" }, names, style)).toBe("March 2026");
    expect(labelOfGroup({ field: stage }, { stage: null }, names, style)).toBeNull();
  });

  it("writes sums exactly, and rounds averages", () => {
    expect(measuredText({ field: amount, measured: "sum" }, { "sum(amount)": "12345678901234567.89" }, style)).toBe("€12,345,678,901,234,567.89");
    expect(measuredText({ field: amount, measured: "avg" }, { "avg(amount)": "2.666667" }, style)).toBe("€2.67");
    expect(measuredText({}, { count: 1200 }, style)).toBe("1,200");
    expect(measuredText({ field: amount, measured: "max" }, { "max(amount)": null }, style)).toBe("–");
  });

  it("leads to the records of a group", () => {
    expect(conditionOf({ field: stage }, { stage: "won" })).toEqual({ field: "stage", operator: "in", value: "won" });
    expect(conditionOf({ field: owner }, { owner: "0190" })).toEqual({ field: "owner", operator: "eq", value: "0190" });
    expect(conditionOf({ field: stage }, { stage: null })).toEqual({ field: "stage", operator: "empty", value: "" });
    expect(conditionOf({ field: closed, part: "month" }, { "month(close_date)": "2026-03" })).toBeNull();
  });
});

import { describe, expect, it } from "vitest";

import type { Field, ObjectDetail } from "~/api";
import { fieldLists, firstLayout, freeLabel, freeName, listDraft, listLayout, moveField, nameFrom, newRelated, problemAt, problemsElsewhere, recordDraft, recordLayout, waysBack, withCleanedLabels } from "~/setup/apps/layouts";
import { menuOf, movePage, orderOf, withoutGroup } from "~/setup/apps/menu";

const field = (name: string, more: Partial<Field> = {}) => ({ name, label: name, type: "text", system: false, ...more }) as Field;
const DETAIL: ObjectDetail = {
  name: "deals",
  label: "Deal",
  pluralLabel: "Deals",
  nameField: "name",
  fields: [field("id", { system: true }), field("amount"), field("name"), field("account", { type: "lookup", target: "accounts" })],
};
const SECTIONS = [
  { label: "One", columns: 2, fields: ["name", "amount"] },
  { label: "Two", columns: 1, fields: [] },
];

describe("a new page", () => {
  it("shows the object's own fields, its name first", () => {
    expect(firstLayout("list", DETAIL)).toEqual({ columns: ["name", "amount", "account"], sort: [] });
    expect(firstLayout("record", DETAIL)).toEqual({ sections: [{ label: "Deal", columns: 2, fields: ["name", "amount", "account"] }], related: [] });
    expect(firstLayout("custom", undefined)).toEqual({});
  });
});

describe("a layout", () => {
  it("is read whatever it holds, and written without empty parts", () => {
    expect(listLayout(listDraft({ columns: ["name", 7], sort: "x", filter: null }))).toEqual({ columns: ["name"], sort: [] });
    const related = { label: "Deals", object: "deals", field: "account", columns: ["name"], filter: { amount: { gt: 1 } } };
    const draft = recordDraft({ sections: [{ label: "A", fields: ["name"] }, null], related: [related, 1] });
    expect(draft.sections).toEqual([{ label: "A", columns: 1, fields: ["name"] }]);
    expect(recordLayout(draft).related).toEqual([{ ...related, sort: [], limit: 10 }]);
  });
  it("is sent with its labels in other languages, without empty ones", () => {
    const labels = { de: { label: " Kontakt " }, fr: { label: "" }, es: {} };
    const sent = withCleanedLabels({ sections: [{ ...SECTIONS[0], translations: labels }, { ...SECTIONS[1], translations: { fr: {} } }], related: [] });
    expect(sent.sections).toEqual([{ ...SECTIONS[0], translations: { de: { label: "Kontakt" } } }, SECTIONS[1]]);
  });
  it("has the fields that no section shows in the last list", () => {
    expect(fieldLists(SECTIONS, DETAIL.fields)).toEqual([["name", "amount"], [], ["id", "account"]]);
  });
  it("changes when a field moves to a section, or out of all", () => {
    const into = moveField(SECTIONS, DETAIL.fields, { list: 2, at: 1 }, { list: 1, at: 0 });
    expect(into.map((one) => one.fields)).toEqual([["name", "amount"], ["account"]]);
    const out = moveField(into, DETAIL.fields, { list: 0, at: 0 }, { list: 2, at: 0 });
    expect(out.map((one) => one.fields)).toEqual([["amount"], ["account"]]);
  });
});

describe("related lists", () => {
  const objects = [
    { name: "deals", pluralLabel: "Deals", can: { read: true }, fields: [{ name: "account", label: "Account", type: "lookup", target: "accounts" }] },
    { name: "secrets", pluralLabel: "Secrets", can: { read: false }, fields: [{ name: "account", label: "Account", type: "lookup", target: "accounts" }] },
  ];
  it("are offered for lookups that lead here, of objects that may be read", () => {
    expect(waysBack(objects, "accounts").map((one) => one.object)).toEqual(["deals"]);
    expect(newRelated(waysBack(objects, "accounts")[0]!, DETAIL).columns).toEqual(["name", "amount"]);
  });
});

describe("names", () => {
  it("are made from labels", () => {
    expect(nameFrom("Offene Verkäufe – 2026!")).toBe("offene_verkaeufe_2026");
    expect(nameFrom("7 Élèves")).toBe("eleves");
    expect(nameFrom("顧客")).toBe("");
    expect(nameFrom(`${"a".repeat(39)} b`)).toBe("a".repeat(39));
  });
  it("are free", () => {
    expect(freeName("Sales", ["sales", "sales_2"], "app")).toBe("sales_3");
    expect(freeName("顧客", [], "app")).toBe("app");
    expect(freeLabel("Section", ["Section"])).toBe("Section 2");
  });
});

describe("problems", () => {
  const problems = [
    { field: "layout.sections.1.fields.0", code: "unknown-field", message: "There is no field nme.", didYouMean: "name" },
    { field: "layout", code: "too-large", message: "Too large." },
  ];
  it("are shown at their place", () => {
    expect(problemAt(problems, "layout.sections.1.fields")).toBe("There is no field nme. (name?)");
    expect(problemAt(problems, "layout.sections.10")).toBeNull();
  });
  it("without a place are shown above", () => {
    expect(problemsElsewhere(problems, ["layout.sections.1"])).toEqual(["Too large."]);
  });
});

describe("an app's menu", () => {
  const page = (name: string) => ({ name, label: name, type: "list" as const, object: null, translations: {} });
  const app = { navigation: [{ label: "A", pages: ["x", "gone"] }, { label: "B", pages: [] }], pages: ["x", "y", "z"].map(page) };
  it("has the pages that no group has at the end", () => {
    expect(menuOf(app)).toEqual({ groups: [{ label: "A", pages: ["x"] }, { label: "B", pages: [] }], rest: ["y", "z"] });
  });
  it("keeps every page when one moves or a group goes", () => {
    const menu = movePage(menuOf(app), { list: 2, at: 1 }, { list: 1, at: 0 });
    expect(menu.groups[1]).toEqual({ label: "B", pages: ["z"] });
    expect(orderOf(menu)).toEqual(["x", "z", "y"]);
    expect(orderOf(withoutGroup(menu, 0)).toSorted()).toEqual(["x", "y", "z"]);
  });
});

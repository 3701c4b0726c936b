import { describe, expect, it, vi } from "vitest";

import type { RecordPage } from "~/api";

vi.mock("~/records/saving", () => ({ saveRecord: vi.fn() }));
const { withRecord } = await import("~/records/list/cells/editing");

const PAGE: RecordPage = { data: [{ id: "1", version: 1 }, { id: "2", version: 1 }], page: { next: null }, can: [{ update: true }, { update: true }] };

describe("a page of a list", () => {
  it("shows a saved record in its place, with what may be done with it now", () => {
    const next = withRecord(PAGE, { id: "2", version: 2, name: "Globex" }, { update: false });
    expect(next.data).toEqual([{ id: "1", version: 1 }, { id: "2", version: 2, name: "Globex" }]);
    expect(next.can).toEqual([{ update: true }, { update: false }]);
  });
  it("stays the same one if the record is in another page", () => {
    expect(withRecord(PAGE, { id: "3", version: 2 }, undefined)).toBe(PAGE);
  });
});

import { describe, expect, it } from "vitest";

import { bytes, isEnded, shareOf } from "~/records/import/jobs";

describe("an import that runs on the service", () => {
  it("has ended when it is done, failed or cancelled", () => {
    expect((["waiting", "running", "done", "failed", "cancelled"] as const).map((state) => isEnded({ state }))).toEqual([false, false, true, true, true]);
  });
  it("has a share, once the size is known", () => {
    expect(shareOf({ done: 5, of: 10 })).toBe(0.5);
    expect(shareOf({ done: 11, of: 10 })).toBe(1);
    expect(shareOf({ done: 5, of: null })).toBeUndefined();
    expect(shareOf({ done: 0, of: 0 })).toBeUndefined();
  });
  it("shows bytes as people read them", () => {
    expect(bytes(0, "en")).toBe("0 byte");
    expect(bytes(1536, "en")).toBe("1.5 kB");
    expect(bytes(9 * 1024 ** 2, "de")).toBe("9 MB");
  });
});

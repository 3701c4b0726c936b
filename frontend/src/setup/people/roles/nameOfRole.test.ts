import { describe, expect, it } from "vitest";

import { nameOfRole } from "~/setup/people/roles/nameOfRole";

describe("the name of a role", () => {
  it("is made of its label", () => {
    expect(nameOfRole("Sales team", [])).toBe("sales_team");
    expect(nameOfRole(" Außendienst – Süd! ", [])).toBe("aussendienst_sued");
    expect(nameOfRole("2nd level", [])).toBe("role_2nd_level");
    expect(nameOfRole("営業", [])).toBe("role");
    expect(nameOfRole("x".repeat(60), [])).toHaveLength(40);
  });
  it("has a number if another role has it", () => {
    expect(nameOfRole("Sales", ["sales", "sales_2"])).toBe("sales_3");
  });
});

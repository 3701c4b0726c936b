import { asciiName, firstFree } from "~/app/asciiName";

const LONGEST = 40;

/** `sales_team` for `Sales team`, with a number if another role has it. */
export function nameOfRole(label: string, taken: readonly string[]): string {
  const plain = asciiName(label, "_");
  return firstFree(/^[a-z]/.test(plain) ? plain : `role_${plain}`, LONGEST, (name) => !taken.includes(name));
}

/** Names of roles: lower case letters, digits and single underscores, as the service checks them. */
const SPELLED: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "oe", å: "aa" };
const LONGEST = 40;

/** `sales_team` for `Sales team`, with a number if another role has it. */
export function nameOfRole(label: string, taken: readonly string[]): string {
  const plain = label
    .toLowerCase()
    .replaceAll(/[äöüßæøå]/gu, (letter) => SPELLED[letter] ?? letter)
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/gu, "_")
    .replaceAll(/^_+|_+$/gu, "");
  const stem = /^[a-z]/.test(plain) ? plain : `role_${plain}`.replace(/_$/, "");
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? "" : `_${number}`;
    const name = stem.slice(0, LONGEST - end.length).replace(/_+$/, "") + end;
    if (!taken.includes(name)) return name;
  }
}

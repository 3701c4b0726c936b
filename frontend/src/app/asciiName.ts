/** Names in ASCII for labels in any language: of objects, fields, roles and addresses. */
const SPELLED: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "oe", å: "aa", œ: "oe", ł: "l", đ: "d", þ: "th" };

/** The words of a text in lower case, joined by the separator: `mueller_soehne` for `Müller & Söhne`; "" without any. */
export function asciiName(text: string, separator: "_" | "-"): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[äöüßæøåœłđþ]/gu, (letter) => SPELLED[letter] ?? letter)
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "");
  return (plain.match(/[a-z0-9]+/g) ?? []).join(separator);
}

/** The beginning of a name, without a separator at its end. */
export function cut(name: string, length: number): string {
  return name.slice(0, length).replace(/[-_]+$/, "");
}

/** The name, or the first of `name_2`, `name_3` and so on that is free, at most `longest` characters. */
export function firstFree(name: string, longest: number, isFree: (name: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? "" : `_${number}`;
    const numbered = cut(name, longest - end.length) + end;
    if (isFree(numbered)) return numbered;
  }
}

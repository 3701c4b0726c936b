/** Addresses as people paste them: one on each line, or separated, with or without names. */
export interface Invitee {
  email: string;
  name: string;
}

export interface Pasted {
  people: Invitee[];
  /** What is no address, as it was typed. */
  faults: string[];
}

const ADDRESS = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/u;
const NAMED = /^"?([^"<]*?)"?\s*<([^<>]*)>$/u;

/** `Grace Hopper <grace@acme.example>; ada@acme.example`. Each address counts once, in any case. */
export function parseAddresses(text: string): Pasted {
  const people = new Map<string, Invitee>();
  const faults: string[] = [];
  for (const part of separated(text)) {
    const [, name = "", inside] = NAMED.exec(part) ?? [];
    const email = (inside ?? part).replace(/^mailto:/i, "").trim();
    if (!ADDRESS.test(email)) faults.push(part);
    else if (!people.has(email.toLowerCase())) people.set(email.toLowerCase(), { email, name: name.trim() });
  }
  return { people: [...people.values()], faults };
}

/** The parts between line breaks, semicolons and commas; a comma within quotes belongs to a name. */
function separated(text: string): string[] {
  const parts = text.match(/(?:"[^"\n]*"|[^",;\n])+/gu) ?? [];
  return parts.flatMap((one) => (one.includes("<") ? [one] : spaced(one))).map((one) => one.trim()).filter((one) => one !== "");
}

/** Addresses with nothing but spaces between them. */
function spaced(part: string): string[] {
  const words = part.trim().split(/\s+/u);
  return words.every((one) => one.includes("@")) ? words : [part];
}

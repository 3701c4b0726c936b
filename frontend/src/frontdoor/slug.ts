import { asciiName, cut } from "~/app/asciiName";

const LONGEST = 40;

/** A slug for a name: `mueller-soehne-gmbh` for `Müller & Söhne GmbH`. */
export function slugOf(name: string): string {
  return cut(asciiName(name, "-"), LONGEST);
}

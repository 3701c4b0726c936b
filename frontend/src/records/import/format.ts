/** How a CSV file is written, where the service is not to find out by itself. */

/** By the name of the parameter of the API; what is not there is found out. */
export type Format = Partial<Record<"delimiter" | "encoding" | "header" | "dateFormat" | "decimal" | "thousands" | "nulls" | "booleans" | "round" | "timeZone", string>>;

export const DELIMITERS = ["comma", "semicolon", "tab", "pipe"] as const;
export const DECIMALS = ["point", "comma"] as const;
export const THOUSANDS = ["point", "comma", "space", "apostrophe", "none"] as const;
export const DATE_FORMATS = ["DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY-MM-DD", "DD.MM.YY", "MM/DD/YY", "DD.MM.YYYY HH:mm", "MM/DD/YYYY HH:mm"] as const;
export const ENCODINGS = ["utf-8", "utf-16", "windows-1252", "windows-1250", "windows-1251", "iso-8859-1", "iso-8859-2", "iso-8859-15", "macintosh", "ibm850", "shift_jis", "gb18030", "big5", "euc-kr"] as const;

/** The format with another value; an empty one is left to the service. */
export function withPart(format: Format, part: keyof Format, value: string | null): Format {
  const { [part]: _, ...rest } = format;
  return value === null || value.trim() === "" ? rest : { ...rest, [part]: value };
}

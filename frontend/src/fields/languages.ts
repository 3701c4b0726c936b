/** Languages with the regions that decide how numbers and dates are written, named in the language of the page. */
import { getLocale } from "~/paraglide/runtime";

const COMMON = [
  "en", "en-AU", "en-CA", "en-GB", "en-IE", "en-US", "de", "de-AT", "de-CH", "de-DE", "fr", "fr-CH", "it", "it-CH", "es", "pt", "pt-BR",
  "nl", "da", "sv", "nb", "fi", "pl", "cs", "hu", "ro", "tr", "ja", "zh",
];

/** The languages to choose from, with the one that is set at present. */
export function languagesWith(current: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([getLocale()], { type: "language" });
  const tags = current === "" || COMMON.includes(current) ? COMMON : [current, ...COMMON];
  return tags.map((value) => ({ value, label: names.of(value) ?? value }));
}

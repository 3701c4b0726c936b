/** Edits of texts in other languages, as definitions have them. */

export type Translations = Record<string, Record<string, string>>;

export const LANGUAGES = [
  "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hr", "hu", "it", "ja", "ko", "lt", "lv", "nb", "nl", "pl", "pt", "pt-BR",
  "ro", "ru", "sk", "sl", "sv", "tr", "uk", "vi", "zh-Hans", "zh-Hant",
] as const;
export const MOST_LANGUAGES = 20;

export function withText(translations: Translations, language: string, name: string, text: string): Translations {
  return { ...translations, [language]: { ...translations[language], [name]: text } };
}

export function withoutLanguage(translations: Translations, language: string): Translations {
  return Object.fromEntries(Object.entries(translations).filter(([one]) => one !== language));
}

/** As the API takes them: texts without spaces around, languages without texts left out. */
export function cleaned(translations: Translations): Translations {
  const texts = Object.entries(translations).map(([language, named]) => {
    const given = Object.entries(named).map(([name, text]) => [name, text.trim()] as const);
    return [language, Object.fromEntries(given.filter(([, text]) => text !== ""))] as const;
  });
  return Object.fromEntries(texts.filter(([, named]) => Object.keys(named).length > 0));
}

/** A thing as the API takes it: with its translations cleaned, or without any. */
export function withCleaned<T extends { translations?: Translations }>({ translations = {}, ...rest }: T): Omit<T, "translations"> & { translations?: Translations } {
  const kept = cleaned(translations);
  return { ...rest, ...(Object.keys(kept).length > 0 ? { translations: kept } : {}) };
}

/** What a language is called in another one. */
export function languageName(language: string, locale: string): string {
  return new Intl.DisplayNames([locale], { type: "language" }).of(language) ?? language;
}

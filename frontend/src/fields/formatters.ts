/** Formatters by language and options. Making one takes longer than formatting a hundred values. */

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept(numbers, locale, options, () => new Intl.NumberFormat(locale, options));
}

export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dates, locale, options, () => new Intl.DateTimeFormat(locale, options));
}

function kept<T>(formats: Map<string, T>, locale: string, options: object, create: () => T): T {
  const key = locale + JSON.stringify(options);
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = create()));
  return format;
}

/** Labels of objects, fields, options, views, apps and pages, in the language of the page. */
import { getLocale } from "~/paraglide/runtime";

/** What has a label. Its own texts are those of a language that has no translation. */
export interface Labelled {
  label?: string;
  pluralLabel?: string;
  translations?: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
}

/** The label for people: that of the language, or of the same language elsewhere (`de` for `de-AT`), or the thing's own. */
export function labelOf(one: Labelled, language: string = getLocale()): string {
  return textIn(one, "label", language) ?? one.label ?? "";
}

/** How several of an object are called. */
export function pluralLabelOf(one: Labelled, language: string = getLocale()): string {
  return textIn(one, "pluralLabel", language) ?? one.pluralLabel ?? "";
}

function textIn({ translations = {} }: Labelled, name: string, language: string): string | undefined {
  const short = language.split("-")[0]!;
  const tags = [language, short, ...Object.keys(translations).filter((tag) => tag.split("-")[0] === short)];
  return tags.map((tag) => translations[tag]?.[name]).find((text) => text !== undefined && text !== "");
}

type WithFields = Labelled & { pluralLabel: string; fields: Labelled[] };

/** An object's definition with the labels of the page's language. */
export function inLanguage<T extends WithFields>(detail: T): T {
  return { ...detail, label: labelOf(detail), pluralLabel: pluralLabelOf(detail), fields: labelled(detail.fields) };
}

/** The navigation with the labels of the page's language. */
export function navigationInLanguage<T extends { apps: (Labelled & { pages: Labelled[]; navigation: Labelled[] })[]; objects: WithFields[] }>(navigation: T): T {
  const apps = navigation.apps.map((app) => ({ ...app, label: labelOf(app), pages: labelled(app.pages), navigation: labelled(app.navigation) }));
  return { ...navigation, apps, objects: navigation.objects.map(inLanguage) };
}

/** Things with the labels of the page's language. */
export function labelled<T extends Labelled>(things: T[]): T[] {
  return things.map((one) => ({ ...one, label: labelOf(one) }));
}

/** Devices in words, from what browsers say of themselves (User-Agent). */

interface Device {
  /** "Firefox"; the product's name for programs; "" when nothing is said. */
  browser: string;
  /** "Windows"; "" for programs. */
  system: string;
}

// In this order: most browsers also name others, which came before them.
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bHeadlessChrome\/|\bChrom(?:e|ium)\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

export function deviceOf(userAgent: string): Device {
  const found = (known: readonly [RegExp, string][]) => known.find(([pattern]) => pattern.test(userAgent))?.[1] ?? "";
  if (!userAgent.startsWith("Mozilla/")) return { browser: userAgent.split(/[/\s(;]/, 1)[0]!.slice(0, 40), system: "" };
  return { browser: found(BROWSERS), system: found(SYSTEMS) };
}

/**
 * Where to go after signing in: a path of this host, or the start page for everything else, so that a link cannot lead
 * to another site (`//evil.example`, `/\evil.example`, `javascript:…`).
 */
export function ownPath(wanted: unknown, origin: string = globalThis.location.origin): string {
  if (typeof wanted !== "string" || !wanted.startsWith("/")) return "/";
  try {
    const url = new URL(wanted, origin);
    if (url.origin !== origin || url.pathname.startsWith("//") || url.pathname.startsWith("/login")) return "/";
    return url.pathname + url.search + url.hash;
  } catch {
    return "/";
  }
}

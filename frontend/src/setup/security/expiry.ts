export type Expiry = "30" | "90" | "365" | "never" | "day";

/** The moment so many days from now; null for never. */
export function expiryOf(expiry: Exclude<Expiry, "day">, now: Date): string | null {
  return expiry === "never" ? null : new Date(now.getTime() + Number(expiry) * 86_400_000).toISOString();
}

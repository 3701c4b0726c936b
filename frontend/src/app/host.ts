/** What the service says of this host in the page's head. */
const BLOCKED = ["unknown", "suspended", "archived", "not-ready", "upgrading"] as const;

/** Why a host has no workspace at present. */
export type BlockedKind = (typeof BLOCKED)[number];

const kind = document.querySelector<HTMLMetaElement>('meta[name="freehold-host"]')?.content ?? "tenant";

export const isCentral = kind === "central";

/** Why there is no workspace here; undefined where there is one. */
export const blocked: BlockedKind | undefined = BLOCKED.find((one) => one === kind);

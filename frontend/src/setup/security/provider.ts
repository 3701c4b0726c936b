/** An identity provider as its form holds it. */
import type { Schemas } from "@freehold/client";

export interface Rule {
  claim: string;
  value: string;
  roles: string[];
}

export interface ProviderDraft {
  name: string;
  label: string;
  issuer: string;
  clientId: string;
  /** What is typed; the stored one is never shown. */
  clientSecret: string;
  scopes: string;
  emailClaim: string;
  roleRules: Rule[];
  /** One a line. */
  domains: string;
  defaultRoles: string[];
  emailsVerified: boolean;
  secondFactor: boolean;
  active: boolean;
}

export const NEW_PROVIDER: ProviderDraft = {
  name: "company", label: "", issuer: "", clientId: "", clientSecret: "", scopes: "openid email profile", emailClaim: "email",
  roleRules: [], domains: "", defaultRoles: [], emailsVerified: false, secondFactor: false, active: true,
};

export function draftOf(provider: Schemas["IdentityProviderResponse"]): ProviderDraft {
  const { name, label, issuer, clientId, scopes, emailClaim, roleRules, domains, defaultRoles, emailsVerified, secondFactor, active } = provider;
  return { name, label, issuer, clientId, clientSecret: "", scopes, emailClaim, roleRules, domains: domains.join("\n"), defaultRoles, emailsVerified, secondFactor, active };
}

export type ProviderBody = Schemas["NewIdentityProvider"];

export function bodyOf({ domains, ...rest }: ProviderDraft): ProviderBody {
  return { ...rest, domains: linesOf(domains) };
}

/** What was changed. An empty secret is no change: it is kept, unless it is to be removed. */
export function changesOf(base: ProviderDraft, draft: ProviderDraft, removesSecret = false): Partial<ProviderBody> {
  const before = bodyOf(base);
  const changed = Object.entries(bodyOf(draft)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof ProviderBody]));
  return { ...Object.fromEntries(changed), ...(removesSecret ? { clientSecret: "" } : {}) };
}

function linesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== "");
}

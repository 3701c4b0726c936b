/** Actions of the audit trail as titles: "Role changed". */
import { m } from "~/paraglide/messages";
import { partsOf, words } from "~/setup/security/audit";

export const KINDS: Readonly<Record<string, () => string>> = {
  "sign-in": m.audit_kind_sign_in, session: m.audit_kind_session, user: m.audit_kind_user, account: m.audit_kind_account, password: m.audit_kind_password,
  factor: m.audit_kind_factor, role: m.audit_kind_role, permission: m.audit_kind_permission, "api-key": m.audit_kind_api_key, object: m.audit_kind_object,
  field: m.audit_kind_field, app: m.audit_kind_app, page: m.audit_kind_page, view: m.audit_kind_view, "identity-provider": m.audit_kind_identity_provider,
  "sign-in-settings": m.audit_kind_sign_in_settings, "tenant-settings": m.audit_kind_tenant_settings, support: m.audit_kind_support,
};

const ACTS: Readonly<Record<string, () => string>> = {
  create: m.audit_act_create, update: m.audit_act_update, delete: m.audit_act_delete, order: m.audit_act_order, revoke: m.audit_act_revoke,
  add: m.audit_act_add, remove: m.audit_act_remove, change: m.audit_act_update, end: m.audit_act_end, "end-all": m.audit_act_end_all,
  confirm: m.audit_act_confirm, fail: m.audit_act_fail, "code-fail": m.audit_act_code_fail, refused: m.audit_act_refused, permissions: m.audit_act_permissions,
  fields: m.audit_act_fields, rules: m.audit_act_rules, roles: m.audit_act_roles, ask: m.audit_act_ask, grant: m.audit_act_grant, refuse: m.audit_act_refused,
  request: m.audit_act_request, ticket: m.audit_act_ticket, link: m.audit_act_link, "link-used": m.audit_act_link_used, "link-identity": m.audit_act_link_identity,
  "email-requested": m.audit_act_email_requested, "email-confirmed": m.audit_act_email_confirmed, deactivate: m.audit_act_deactivate,
  reactivate: m.audit_act_reactivate, "token-reused": m.audit_act_token_reused, "recovery-codes": m.audit_act_recovery_codes,
  "recovery-code-used": m.audit_act_recovery_code_used, "sign-count": m.audit_act_sign_count, repair: m.audit_act_repair,
};

/** What happened, in words; an action without words as it is. */
export function titleOf(action: string): string {
  const { kind, act } = partsOf(action);
  return [KINDS[kind]?.() ?? words(kind), act === "" || act === "*" ? "" : (ACTS[act]?.() ?? words(act))].filter(Boolean).join(" ");
}

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import JSON, UUID, BigInt, Boolean, Bytea, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import new_id


class IdentityProvider(Table, tablename="identity_providers", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Permission(Table, tablename="permissions", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Role(Table, tablename="roles", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Session(Table, tablename="sessions", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class User(Table, tablename="users", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


ID = "2026-12-01T10:38:46:049616"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="users", description=DESCRIPTION)

    manager.add_table("User", "users")
    manager.add_column("User", "users", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("User", "users", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("User", "users", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("User", "users", "email", column_class=Varchar, params={"length": 254, "default": "", "null": False, "unique": True})
    manager.add_column("User", "users", "name", column_class=Varchar, params={"length": 200, "default": "", "null": False})
    manager.add_column("User", "users", "password_hash", column_class=Varchar, params={"length": 255, "default": "", "null": False, "secret": True})
    manager.add_column("User", "users", "active", column_class=Boolean, params={"default": True, "null": False})
    manager.add_column("User", "users", "last_sign_in_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("User", "users", "kind", column_class=Varchar, params={"length": 10, "default": "person", "null": False})
    manager.add_column("User", "users", "language", column_class=Varchar, params={"length": 35, "default": "", "null": False})
    manager.add_column("User", "users", "time_zone", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("User", "users", "number_format", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("User", "users", "date_format", column_class=Varchar, params={"length": 20, "default": "", "null": False})

    manager.add_table("Role", "roles")
    manager.add_column("Role", "roles", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Role", "roles", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Role", "roles", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Role", "roles", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False, "unique": True})
    manager.add_column("Role", "roles", "label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("Role", "roles", "description", column_class=Varchar, params={"length": 500, "default": "", "null": False})
    manager.add_column("Role", "roles", "system", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("Role", "roles", "mfa_required", column_class=Boolean, params={"default": False, "null": False})

    manager.add_table("Permission", "permissions")
    manager.add_column("Permission", "permissions", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Permission", "permissions", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Permission", "permissions", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Permission", "permissions", "name", column_class=Varchar, params={"length": 60, "default": "", "null": False, "unique": True})
    manager.add_column("Permission", "permissions", "description", column_class=Varchar, params={"length": 500, "default": "", "null": False})

    manager.add_table("UserRole", "user_roles")
    manager.add_column("UserRole", "user_roles", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UserRole", "user_roles", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UserRole", "user_roles", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("UserRole", "user_roles", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False})
    manager.add_column(
        "UserRole", "user_roles", "role", column_class=ForeignKey, params={"references": Role, "on_delete": OnDelete.cascade, "null": False, "index": True}
    )
    manager.add_constraint("UserRole", "user_roles", "user_roles_user_role", Unique, params={"columns": ["user", "role"]})

    manager.add_table("RolePermission", "role_permissions")
    manager.add_column("RolePermission", "role_permissions", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("RolePermission", "role_permissions", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("RolePermission", "role_permissions", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "RolePermission", "role_permissions", "role", column_class=ForeignKey, params={"references": Role, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column(
        "RolePermission",
        "role_permissions",
        "permission",
        column_class=ForeignKey,
        params={"references": Permission, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_constraint("RolePermission", "role_permissions", "role_permissions_role_permission", Unique, params={"columns": ["role", "permission"]})

    manager.add_table("Session", "sessions")
    manager.add_column("Session", "sessions", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Session", "sessions", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Session", "sessions", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "Session", "sessions", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False, "index": True}
    )
    manager.add_column("Session", "sessions", "family_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False, "secret": True})
    manager.add_column("Session", "sessions", "address", column_class=Varchar, params={"length": 45, "default": "", "null": False})
    manager.add_column("Session", "sessions", "user_agent", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("Session", "sessions", "last_used_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Session", "sessions", "idle_expires_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Session", "sessions", "expires_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Session", "sessions", "ended_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Session", "sessions", "end_reason", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column(
        "Session", "sessions", "secret_hash", column_class=Varchar, params={"length": 64, "default": None, "null": True, "unique": True, "secret": True}
    )
    manager.add_column("Session", "sessions", "methods", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("Session", "sessions", "second_factor_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Session", "sessions", "confirmed_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Session", "sessions", "support_grant", column_class=UUID, params={"default": None, "null": True})

    manager.add_table("SessionToken", "session_tokens")
    manager.add_column("SessionToken", "session_tokens", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SessionToken", "session_tokens", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SessionToken", "session_tokens", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "SessionToken",
        "session_tokens",
        "session",
        column_class=ForeignKey,
        params={"references": Session, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column(
        "SessionToken",
        "session_tokens",
        "token_hash",
        column_class=Varchar,
        params={"length": 64, "default": "", "null": False, "unique": True, "secret": True},
    )
    manager.add_column("SessionToken", "session_tokens", "used_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("SignInThrottle", "sign_in_throttles")
    manager.add_column("SignInThrottle", "sign_in_throttles", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SignInThrottle", "sign_in_throttles", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SignInThrottle", "sign_in_throttles", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("SignInThrottle", "sign_in_throttles", "key", column_class=Varchar, params={"length": 64, "default": "", "null": False, "unique": True})
    manager.add_column("SignInThrottle", "sign_in_throttles", "failures", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column(
        "SignInThrottle", "sign_in_throttles", "last_attempt_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True}
    )
    manager.add_column("SignInThrottle", "sign_in_throttles", "blocked_until", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("CacheVersion", "cache_versions")
    manager.add_column("CacheVersion", "cache_versions", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("CacheVersion", "cache_versions", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("CacheVersion", "cache_versions", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("CacheVersion", "cache_versions", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False, "unique": True})
    manager.add_column("CacheVersion", "cache_versions", "version", column_class=BigInt, params={"default": 0, "null": False})

    manager.add_table("OutboxMessage", "outbox_messages")
    manager.add_column("OutboxMessage", "outbox_messages", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OutboxMessage", "outbox_messages", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OutboxMessage", "outbox_messages", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("OutboxMessage", "outbox_messages", "kind", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("OutboxMessage", "outbox_messages", "payload", column_class=Text, params={"default": "", "null": False, "secret": True})
    manager.add_column("OutboxMessage", "outbox_messages", "due_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OutboxMessage", "outbox_messages", "attempts", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("OutboxMessage", "outbox_messages", "failed_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("OutboxMessage", "outbox_messages", "error", column_class=Varchar, params={"length": 500, "default": "", "null": False})

    manager.add_table("TenantIdentity", "tenant_identity")
    manager.add_column("TenantIdentity", "tenant_identity", "id", column_class=Integer, params={"default": 1, "null": False, "primary_key": True})
    manager.add_column("TenantIdentity", "tenant_identity", "tenant", column_class=UUID, params={"default": None, "null": False})

    manager.add_table("FieldRestriction", "field_restrictions")
    manager.add_column("FieldRestriction", "field_restrictions", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("FieldRestriction", "field_restrictions", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("FieldRestriction", "field_restrictions", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "FieldRestriction", "field_restrictions", "role", column_class=ForeignKey, params={"references": Role, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column("FieldRestriction", "field_restrictions", "object", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("FieldRestriction", "field_restrictions", "field", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("FieldRestriction", "field_restrictions", "readable", column_class=Boolean, params={"default": False, "null": False})
    manager.add_constraint(
        "FieldRestriction", "field_restrictions", "field_restrictions_role_object_field", Unique, params={"columns": ["role", "object", "field"]}
    )

    manager.add_table("RowRule", "row_rules")
    manager.add_column("RowRule", "row_rules", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("RowRule", "row_rules", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("RowRule", "row_rules", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("RowRule", "row_rules", "role", column_class=ForeignKey, params={"references": Role, "on_delete": OnDelete.cascade, "null": False})
    manager.add_column("RowRule", "row_rules", "object", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("RowRule", "row_rules", "action", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("RowRule", "row_rules", "filter", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_constraint("RowRule", "row_rules", "row_rules_role_object_action", Unique, params={"columns": ["role", "object", "action"]})

    manager.add_table("ApiKey", "api_keys")
    manager.add_column("ApiKey", "api_keys", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ApiKey", "api_keys", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ApiKey", "api_keys", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "ApiKey", "api_keys", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False, "index": True}
    )
    manager.add_column("ApiKey", "api_keys", "name", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("ApiKey", "api_keys", "prefix", column_class=Varchar, params={"length": 16, "default": "", "null": False, "unique": True})
    manager.add_column("ApiKey", "api_keys", "secret_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False, "secret": True})
    manager.add_column("ApiKey", "api_keys", "roles", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("ApiKey", "api_keys", "expires_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("ApiKey", "api_keys", "last_used_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("ApiKey", "api_keys", "revoked_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("OneTimeLink", "one_time_links")
    manager.add_column("OneTimeLink", "one_time_links", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OneTimeLink", "one_time_links", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OneTimeLink", "one_time_links", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "OneTimeLink",
        "one_time_links",
        "user",
        column_class=ForeignKey,
        params={"references": User, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column("OneTimeLink", "one_time_links", "purpose", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column(
        "OneTimeLink", "one_time_links", "token_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False, "unique": True, "secret": True}
    )
    manager.add_column("OneTimeLink", "one_time_links", "expires_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OneTimeLink", "one_time_links", "used_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("OneTimeLink", "one_time_links", "email", column_class=Varchar, params={"length": 254, "default": "", "null": False})

    manager.add_table("AuditEvent", "audit_events")
    manager.add_column("AuditEvent", "audit_events", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AuditEvent", "audit_events", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AuditEvent", "audit_events", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("AuditEvent", "audit_events", "actor", column_class=UUID, params={"default": None, "null": True, "index": True})
    manager.add_column("AuditEvent", "audit_events", "actor_email", column_class=Varchar, params={"length": 254, "default": "", "null": False})
    manager.add_column("AuditEvent", "audit_events", "api_key", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("AuditEvent", "audit_events", "action", column_class=Varchar, params={"length": 60, "default": "", "null": False, "index": True})
    manager.add_column("AuditEvent", "audit_events", "subject_kind", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("AuditEvent", "audit_events", "subject", column_class=UUID, params={"default": None, "null": True, "index": True})
    manager.add_column("AuditEvent", "audit_events", "subject_name", column_class=Varchar, params={"length": 254, "default": "", "null": False})
    manager.add_column("AuditEvent", "audit_events", "detail", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("AuditEvent", "audit_events", "address", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("AuditEvent", "audit_events", "request_id", column_class=Varchar, params={"length": 128, "default": "", "null": False})
    manager.add_column("AuditEvent", "audit_events", "operator", column_class=Varchar, params={"length": 100, "default": "", "null": False})

    manager.add_table("Factor", "factors")
    manager.add_column("Factor", "factors", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Factor", "factors", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Factor", "factors", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "Factor", "factors", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False, "index": True}
    )
    manager.add_column("Factor", "factors", "kind", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("Factor", "factors", "name", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("Factor", "factors", "secret", column_class=Varchar, params={"length": 500, "default": "", "null": False, "secret": True})
    manager.add_column("Factor", "factors", "last_step", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("Factor", "factors", "credential_hash", column_class=Varchar, params={"length": 64, "default": None, "null": True, "unique": True})
    manager.add_column("Factor", "factors", "credential_id", column_class=Text, params={"default": "", "null": False})
    manager.add_column("Factor", "factors", "public_key", column_class=Text, params={"default": "", "null": False})
    manager.add_column("Factor", "factors", "sign_count", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("Factor", "factors", "transports", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("Factor", "factors", "confirmed_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Factor", "factors", "last_used_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("RecoveryCode", "recovery_codes")
    manager.add_column("RecoveryCode", "recovery_codes", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("RecoveryCode", "recovery_codes", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("RecoveryCode", "recovery_codes", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "RecoveryCode", "recovery_codes", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column("RecoveryCode", "recovery_codes", "code_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False, "secret": True})
    manager.add_column("RecoveryCode", "recovery_codes", "used_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_constraint("RecoveryCode", "recovery_codes", "recovery_codes_user_code_hash", Unique, params={"columns": ["user", "code_hash"]})

    manager.add_table("SignInChallenge", "sign_in_challenges")
    manager.add_column("SignInChallenge", "sign_in_challenges", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SignInChallenge", "sign_in_challenges", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SignInChallenge", "sign_in_challenges", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("SignInChallenge", "sign_in_challenges", "purpose", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column(
        "SignInChallenge",
        "sign_in_challenges",
        "token_hash",
        column_class=Varchar,
        params={"length": 64, "default": "", "null": False, "unique": True, "secret": True},
    )
    manager.add_column(
        "SignInChallenge", "sign_in_challenges", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": True}
    )
    manager.add_column("SignInChallenge", "sign_in_challenges", "data", column_class=Text, params={"default": "", "null": False, "secret": True})
    manager.add_column(
        "SignInChallenge", "sign_in_challenges", "expires_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True}
    )

    manager.add_table("KnownBrowser", "known_browsers")
    manager.add_column("KnownBrowser", "known_browsers", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("KnownBrowser", "known_browsers", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("KnownBrowser", "known_browsers", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "KnownBrowser", "known_browsers", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column(
        "KnownBrowser", "known_browsers", "device_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False, "secret": True}
    )
    manager.add_column("KnownBrowser", "known_browsers", "last_seen_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_constraint("KnownBrowser", "known_browsers", "known_browsers_user_device_hash", Unique, params={"columns": ["user", "device_hash"]})

    manager.add_table("IdentityProvider", "identity_providers")
    manager.add_column("IdentityProvider", "identity_providers", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "IdentityProvider", "identity_providers", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False, "unique": True}
    )
    manager.add_column("IdentityProvider", "identity_providers", "label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "issuer", column_class=Varchar, params={"length": 500, "default": "", "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "client_id", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "client_secret", column_class=Text, params={"default": "", "null": False, "secret": True})
    manager.add_column(
        "IdentityProvider", "identity_providers", "scopes", column_class=Varchar, params={"length": 500, "default": "openid email profile", "null": False}
    )
    manager.add_column("IdentityProvider", "identity_providers", "email_claim", column_class=Varchar, params={"length": 100, "default": "email", "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "role_rules", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "domains", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "default_roles", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "emails_verified", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "second_factor", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "active", column_class=Boolean, params={"default": True, "null": False})
    manager.add_column("IdentityProvider", "identity_providers", "proven_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("Identity", "identities")
    manager.add_column("Identity", "identities", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Identity", "identities", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Identity", "identities", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "Identity", "identities", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False, "index": True}
    )
    manager.add_column(
        "Identity", "identities", "provider", column_class=ForeignKey, params={"references": IdentityProvider, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column("Identity", "identities", "subject", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("Identity", "identities", "subject_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Identity", "identities", "email", column_class=Varchar, params={"length": 254, "default": "", "null": False})
    manager.add_column("Identity", "identities", "given_roles", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("Identity", "identities", "last_sign_in_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_constraint("Identity", "identities", "identities_provider_subject_hash", Unique, params={"columns": ["provider", "subject_hash"]})

    manager.add_table("SupportGrant", "support_grants")
    manager.add_column("SupportGrant", "support_grants", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SupportGrant", "support_grants", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SupportGrant", "support_grants", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("SupportGrant", "support_grants", "operator_id", column_class=UUID, params={"default": UUID4(), "null": False})
    manager.add_column("SupportGrant", "support_grants", "operator_name", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("SupportGrant", "support_grants", "reason", column_class=Varchar, params={"length": 500, "default": "", "null": False})
    manager.add_column("SupportGrant", "support_grants", "minutes", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("SupportGrant", "support_grants", "state", column_class=Varchar, params={"length": 10, "default": "", "null": False, "index": True})
    manager.add_column("SupportGrant", "support_grants", "decided_by", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("SupportGrant", "support_grants", "decided_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("SupportGrant", "support_grants", "expires_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("SupportGrant", "support_grants", "ended_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("SignInSettings", "sign_in_settings")
    manager.add_column("SignInSettings", "sign_in_settings", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SignInSettings", "sign_in_settings", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SignInSettings", "sign_in_settings", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("SignInSettings", "sign_in_settings", "singleton", column_class=Boolean, params={"default": True, "null": False, "unique": True})
    manager.add_column("SignInSettings", "sign_in_settings", "password_enabled", column_class=Boolean, params={"default": True, "null": False})
    manager.add_column("SignInSettings", "sign_in_settings", "support_access", column_class=Varchar, params={"length": 10, "default": "ask", "null": False})
    manager.add_column("SignInSettings", "sign_in_settings", "allowed_origins", column_class=JSON, params={"default": "[]", "null": False})

    manager.add_table("TenantSettings", "tenant_settings")
    manager.add_column("TenantSettings", "tenant_settings", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("TenantSettings", "tenant_settings", "singleton", column_class=Boolean, params={"default": True, "null": False, "unique": True})
    manager.add_column("TenantSettings", "tenant_settings", "display_name", column_class=Varchar, params={"length": 200, "default": "", "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "language", column_class=Varchar, params={"length": 35, "default": "", "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "time_zone", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "currency", column_class=Varchar, params={"length": 3, "default": "", "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "accent", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "logo", column_class=Bytea, params={"default": None, "null": True})
    manager.add_column("TenantSettings", "tenant_settings", "logo_type", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("TenantSettings", "tenant_settings", "logo_digest", column_class=Varchar, params={"length": 64, "default": "", "null": False})

    manager.add_table("UserPreference", "user_preferences")
    manager.add_column("UserPreference", "user_preferences", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UserPreference", "user_preferences", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UserPreference", "user_preferences", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "UserPreference", "user_preferences", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column("UserPreference", "user_preferences", "key", column_class=Varchar, params={"length": 60, "default": "", "null": False})
    manager.add_column("UserPreference", "user_preferences", "value", column_class=Text, params={"default": "null", "null": False})
    manager.add_constraint("UserPreference", "user_preferences", "user_preferences_user_key", Unique, params={"columns": ["user", "key"]})

    return manager

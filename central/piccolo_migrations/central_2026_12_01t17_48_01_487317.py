from enum import Enum

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import JSON, UUID, BigInt, Boolean, ForeignKey, Integer, Secret, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from piccolo_engines.columns import new_id


class Job(Table, tablename="job", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Operator(Table, tablename="operator", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class OperatorToken(Table, tablename="operator_token", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Tenant(Table, tablename="tenant", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class TenantPlan(Table, tablename="plan", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Upgrade(Table, tablename="upgrade", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


ID = "2026-12-01T17:48:01:487317"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="central", description=DESCRIPTION)

    manager.add_table("TenantPlan", "plan")
    manager.add_column("TenantPlan", "plan", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("TenantPlan", "plan", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("TenantPlan", "plan", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("TenantPlan", "plan", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False, "unique": True})
    manager.add_column("TenantPlan", "plan", "requests_per_second", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("TenantPlan", "plan", "burst", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("TenantPlan", "plan", "concurrent_requests", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("TenantPlan", "plan", "max_rows", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("TenantPlan", "plan", "max_storage_bytes", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("TenantPlan", "plan", "max_users", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("TenantPlan", "plan", "max_objects", column_class=Integer, params={"default": None, "null": True})

    manager.add_table("ProcessUse", "process_use")
    manager.add_column("ProcessUse", "process_use", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ProcessUse", "process_use", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ProcessUse", "process_use", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("ProcessUse", "process_use", "key", column_class=Varchar, params={"length": 32, "default": "", "null": False, "unique": True})
    manager.add_column("ProcessUse", "process_use", "tenant_id", column_class=UUID, params={"default": UUID4(), "null": False, "index": True})
    manager.add_column("ProcessUse", "process_use", "beat", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("ProcessUse", "process_use", "asked", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("ProcessUse", "process_use", "admitted", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("ProcessUse", "process_use", "running", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("ProcessUse", "process_use", "tokens", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("ProcessUse", "process_use", "rows_added", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("ProcessUse", "process_use", "rows_open", column_class=BigInt, params={"default": 0, "null": False})

    manager.add_table("UsageDay", "usage_day")
    manager.add_column("UsageDay", "usage_day", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UsageDay", "usage_day", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UsageDay", "usage_day", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("UsageDay", "usage_day", "key", column_class=Varchar, params={"length": 48, "default": "", "null": False, "unique": True})
    manager.add_column("UsageDay", "usage_day", "tenant_id", column_class=UUID, params={"default": UUID4(), "null": False, "index": True})
    manager.add_column("UsageDay", "usage_day", "tenant_slug", column_class=Varchar, params={"length": 63, "default": "", "null": False})
    manager.add_column("UsageDay", "usage_day", "day", column_class=Varchar, params={"length": 10, "default": "", "null": False, "index": True})
    manager.add_column("UsageDay", "usage_day", "requests", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("UsageDay", "usage_day", "refused", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("UsageDay", "usage_day", "stored_rows", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("UsageDay", "usage_day", "storage_bytes", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("UsageDay", "usage_day", "user_count", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("UsageDay", "usage_day", "object_count", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("UsageDay", "usage_day", "measured_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("Tenant", "tenant")
    manager.add_column("Tenant", "tenant", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Tenant", "tenant", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Tenant", "tenant", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Tenant", "tenant", "slug", column_class=Varchar, params={"length": 63, "default": "", "null": False, "index": True})
    manager.add_column("Tenant", "tenant", "held_slug", column_class=Varchar, params={"length": 63, "default": None, "null": True, "unique": True})
    manager.add_column("Tenant", "tenant", "name", column_class=Varchar, params={"length": 200, "default": "", "null": False})
    manager.add_column("Tenant", "tenant", "folded_name", column_class=Varchar, params={"length": 600, "default": "", "null": False})
    manager.add_column(
        "Tenant",
        "tenant",
        "status",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "provisioning",
            "null": False,
            "index": True,
            "choices": Enum(
                "TenantStatus",
                {
                    "PROVISIONING": "provisioning",
                    "ACTIVE": "active",
                    "READ_ONLY": "read-only",
                    "SUSPENDED": "suspended",
                    "ARCHIVED": "archived",
                    "DELETED": "deleted",
                    "DELETING": "deleting",
                },
            ),
        },
    )
    manager.add_column("Tenant", "tenant", "database_server", column_class=Varchar, params={"length": 300, "default": "", "null": False})
    manager.add_column("Tenant", "tenant", "db_name", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Tenant", "tenant", "admin_email", column_class=Varchar, params={"length": 320, "default": "", "null": False})
    manager.add_column("Tenant", "tenant", "version", column_class=Integer, params={"default": 1, "null": False})
    manager.add_column("Tenant", "tenant", "disconnects", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("Tenant", "tenant", "forced_disconnect", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("Tenant", "tenant", "schema_level", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Tenant", "tenant", "is_sandbox", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("Tenant", "tenant", "is_template", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column(
        "Tenant", "tenant", "plan", column_class=ForeignKey, params={"references": TenantPlan, "on_delete": OnDelete.restrict, "null": True, "index": True}
    )
    manager.add_column("Tenant", "tenant", "storage_bytes", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("Tenant", "tenant", "has_changed", column_class=Boolean, params={"default": True, "null": False})

    manager.add_table("Domain", "domain")
    manager.add_column("Domain", "domain", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Domain", "domain", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Domain", "domain", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "Domain", "domain", "tenant", column_class=ForeignKey, params={"references": Tenant, "on_delete": OnDelete.cascade, "null": False, "index": True}
    )
    manager.add_column("Domain", "domain", "domain", column_class=Varchar, params={"length": 253, "default": "", "null": False, "unique": True})
    manager.add_column("Domain", "domain", "seal", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Domain", "domain", "is_primary", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column(
        "Domain",
        "domain",
        "proof",
        column_class=Varchar,
        params={
            "length": 10,
            "default": "trusted",
            "null": False,
            "choices": Enum("DomainProof", {"PLATFORM": "platform", "TRUSTED": "trusted", "TXT": "txt", "CNAME": "cname"}),
        },
    )
    manager.add_column("Domain", "domain", "token", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Domain", "domain", "checked_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Domain", "domain", "failing_since", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Domain", "domain", "is_served", column_class=Boolean, params={"default": True, "null": False})

    manager.add_table("DomainClaim", "domain_claim")
    manager.add_column("DomainClaim", "domain_claim", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DomainClaim", "domain_claim", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DomainClaim", "domain_claim", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "DomainClaim",
        "domain_claim",
        "tenant",
        column_class=ForeignKey,
        params={"references": Tenant, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column("DomainClaim", "domain_claim", "domain", column_class=Varchar, params={"length": 253, "default": "", "null": False, "index": True})
    manager.add_column("DomainClaim", "domain_claim", "claim_key", column_class=Varchar, params={"length": 290, "default": "", "null": False, "unique": True})
    manager.add_column("DomainClaim", "domain_claim", "token", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("DomainClaim", "domain_claim", "checked_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("Credential", "credential")
    manager.add_column("Credential", "credential", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Credential", "credential", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Credential", "credential", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "Credential",
        "credential",
        "tenant",
        column_class=ForeignKey,
        params={"references": Tenant, "on_delete": OnDelete.cascade, "null": False, "unique": True},
    )
    manager.add_column("Credential", "credential", "username", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Credential", "credential", "secret", column_class=Secret, params={"length": 500, "default": "", "null": False, "secret": True})
    manager.add_column("Credential", "credential", "next_secret", column_class=Secret, params={"length": 500, "default": None, "null": True, "secret": True})

    manager.add_table("Operator", "operator")
    manager.add_column("Operator", "operator", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Operator", "operator", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Operator", "operator", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Operator", "operator", "name", column_class=Varchar, params={"length": 100, "default": "", "null": False, "unique": True})
    manager.add_column("Operator", "operator", "active", column_class=Boolean, params={"default": True, "null": False})

    manager.add_table("OperatorToken", "operator_token")
    manager.add_column("OperatorToken", "operator_token", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OperatorToken", "operator_token", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OperatorToken", "operator_token", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "OperatorToken",
        "operator_token",
        "operator",
        column_class=ForeignKey,
        params={"references": Operator, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column(
        "OperatorToken",
        "operator_token",
        "token_hash",
        column_class=Secret,
        params={"length": 64, "default": "", "null": False, "unique": True, "secret": True},
    )
    manager.add_column("OperatorToken", "operator_token", "hint", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("OperatorToken", "operator_token", "expires_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("OperatorToken", "operator_token", "last_used_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("OperatorToken", "operator_token", "revoked_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("OperatorSession", "operator_session")
    manager.add_column("OperatorSession", "operator_session", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OperatorSession", "operator_session", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OperatorSession", "operator_session", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "OperatorSession",
        "operator_session",
        "token",
        column_class=ForeignKey,
        params={"references": OperatorToken, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column(
        "OperatorSession",
        "operator_session",
        "session_hash",
        column_class=Secret,
        params={"length": 64, "default": "", "null": False, "unique": True, "secret": True},
    )
    manager.add_column("OperatorSession", "operator_session", "address", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("OperatorSession", "operator_session", "user_agent", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("OperatorSession", "operator_session", "last_used_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column(
        "OperatorSession", "operator_session", "expires_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True}
    )
    manager.add_column("OperatorSession", "operator_session", "second_factor_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("OperatorFactor", "operator_factor")
    manager.add_column("OperatorFactor", "operator_factor", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "OperatorFactor",
        "operator_factor",
        "operator",
        column_class=ForeignKey,
        params={"references": Operator, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column("OperatorFactor", "operator_factor", "kind", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "name", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "secret", column_class=Secret, params={"length": 500, "default": "", "null": False, "secret": True})
    manager.add_column("OperatorFactor", "operator_factor", "last_step", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column(
        "OperatorFactor", "operator_factor", "credential_hash", column_class=Varchar, params={"length": 64, "default": None, "null": True, "unique": True}
    )
    manager.add_column("OperatorFactor", "operator_factor", "credential_id", column_class=Text, params={"default": "", "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "public_key", column_class=Text, params={"default": "", "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "sign_count", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "transports", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("OperatorFactor", "operator_factor", "confirmed_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("OperatorFactor", "operator_factor", "last_used_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("OperatorRecoveryCode", "operator_recovery_code")
    manager.add_column(
        "OperatorRecoveryCode", "operator_recovery_code", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False}
    )
    manager.add_column(
        "OperatorRecoveryCode", "operator_recovery_code", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False}
    )
    manager.add_column(
        "OperatorRecoveryCode", "operator_recovery_code", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True}
    )
    manager.add_column(
        "OperatorRecoveryCode",
        "operator_recovery_code",
        "operator",
        column_class=ForeignKey,
        params={"references": Operator, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column(
        "OperatorRecoveryCode",
        "operator_recovery_code",
        "code_hash",
        column_class=Secret,
        params={"length": 64, "default": "", "null": False, "unique": True, "secret": True},
    )
    manager.add_column("OperatorRecoveryCode", "operator_recovery_code", "used_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("DirectoryEntry", "directory_entry")
    manager.add_column("DirectoryEntry", "directory_entry", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DirectoryEntry", "directory_entry", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DirectoryEntry", "directory_entry", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "DirectoryEntry", "directory_entry", "fingerprint", column_class=Varchar, params={"length": 64, "default": "", "null": False, "unique": True}
    )
    manager.add_column(
        "DirectoryEntry", "directory_entry", "address_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False, "index": True}
    )
    manager.add_column("DirectoryEntry", "directory_entry", "key_id", column_class=Varchar, params={"length": 16, "default": "", "null": False})
    manager.add_column(
        "DirectoryEntry",
        "directory_entry",
        "tenant",
        column_class=ForeignKey,
        params={"references": Tenant, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )

    manager.add_table("CentralThrottle", "central_throttle")
    manager.add_column("CentralThrottle", "central_throttle", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("CentralThrottle", "central_throttle", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("CentralThrottle", "central_throttle", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("CentralThrottle", "central_throttle", "key", column_class=Varchar, params={"length": 64, "default": "", "null": False, "unique": True})
    manager.add_column("CentralThrottle", "central_throttle", "failures", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column(
        "CentralThrottle", "central_throttle", "last_attempt_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True}
    )
    manager.add_column("CentralThrottle", "central_throttle", "blocked_until", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("PreparedDatabase", "prepared_database")
    manager.add_column("PreparedDatabase", "prepared_database", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("PreparedDatabase", "prepared_database", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("PreparedDatabase", "prepared_database", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "PreparedDatabase", "prepared_database", "place", column_class=Varchar, params={"length": 320, "default": "", "null": False, "unique": True}
    )
    manager.add_column("PreparedDatabase", "prepared_database", "database_server", column_class=Varchar, params={"length": 300, "default": "", "null": False})
    manager.add_column("PreparedDatabase", "prepared_database", "db_name", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("PreparedDatabase", "prepared_database", "level", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column(
        "PreparedDatabase",
        "prepared_database",
        "state",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "preparing",
            "null": False,
            "choices": Enum("PreparedState", {"PREPARING": "preparing", "READY": "ready", "TAKEN": "taken", "DROPPING": "dropping"}),
        },
    )
    manager.add_column("PreparedDatabase", "prepared_database", "owner", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("PreparedDatabase", "prepared_database", "tenant_id", column_class=UUID, params={"default": None, "null": True, "index": True})

    manager.add_table("ServerPlacement", "server_placement")
    manager.add_column("ServerPlacement", "server_placement", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ServerPlacement", "server_placement", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ServerPlacement", "server_placement", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "ServerPlacement", "server_placement", "name", column_class=Varchar, params={"length": 300, "default": "", "null": False, "unique": True}
    )
    manager.add_column("ServerPlacement", "server_placement", "weight", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("ServerPlacement", "server_placement", "bound", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("ServerPlacement", "server_placement", "draining", column_class=Boolean, params={"default": False, "null": False})

    manager.add_table("AttestationFinding", "attestation_finding")
    manager.add_column("AttestationFinding", "attestation_finding", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AttestationFinding", "attestation_finding", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AttestationFinding", "attestation_finding", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "AttestationFinding", "attestation_finding", "fingerprint", column_class=Varchar, params={"length": 64, "default": "", "null": False, "unique": True}
    )
    manager.add_column("AttestationFinding", "attestation_finding", "tenant_id", column_class=UUID, params={"default": UUID4(), "null": False, "index": True})
    manager.add_column("AttestationFinding", "attestation_finding", "tenant_slug", column_class=Varchar, params={"length": 63, "default": "", "null": False})
    manager.add_column("AttestationFinding", "attestation_finding", "code", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("AttestationFinding", "attestation_finding", "detail", column_class=Varchar, params={"length": 500, "default": "", "null": False})

    manager.add_table("AttestationRound", "attestation_round")
    manager.add_column("AttestationRound", "attestation_round", "id", column_class=Integer, params={"default": 1, "null": False, "primary_key": True})
    manager.add_column("AttestationRound", "attestation_round", "finished_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AttestationRound", "attestation_round", "tenants", column_class=Integer, params={"default": 0, "null": False})

    manager.add_table("SealedCheck", "sealed_check")
    manager.add_column("SealedCheck", "sealed_check", "id", column_class=Integer, params={"default": 1, "null": False, "primary_key": True})
    manager.add_column("SealedCheck", "sealed_check", "sealed", column_class=Text, params={"default": "", "null": False, "secret": True})

    manager.add_table("AuditEvent", "audit_event")
    manager.add_column("AuditEvent", "audit_event", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AuditEvent", "audit_event", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AuditEvent", "audit_event", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("AuditEvent", "audit_event", "operator_id", column_class=UUID, params={"default": None, "null": True, "index": True})
    manager.add_column("AuditEvent", "audit_event", "operator_name", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("AuditEvent", "audit_event", "action", column_class=Varchar, params={"length": 100, "default": "", "null": False, "index": True})
    manager.add_column("AuditEvent", "audit_event", "tenant_id", column_class=UUID, params={"default": None, "null": True, "index": True})
    manager.add_column("AuditEvent", "audit_event", "tenant_slug", column_class=Varchar, params={"length": 63, "default": None, "null": True})
    manager.add_column("AuditEvent", "audit_event", "detail", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("AuditEvent", "audit_event", "request_id", column_class=Varchar, params={"length": 128, "default": None, "null": True})
    manager.add_column("AuditEvent", "audit_event", "address", column_class=Varchar, params={"length": 64, "default": None, "null": True})

    manager.add_table("IdempotencyKey", "idempotency_key")
    manager.add_column("IdempotencyKey", "idempotency_key", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("IdempotencyKey", "idempotency_key", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("IdempotencyKey", "idempotency_key", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "IdempotencyKey", "idempotency_key", "fingerprint", column_class=Varchar, params={"length": 64, "default": "", "null": False, "unique": True}
    )
    manager.add_column("IdempotencyKey", "idempotency_key", "operator_id", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("IdempotencyKey", "idempotency_key", "key", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("IdempotencyKey", "idempotency_key", "body_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column(
        "IdempotencyKey",
        "idempotency_key",
        "state",
        column_class=Varchar,
        params={"length": 20, "default": "running", "null": False, "choices": Enum("IdempotencyState", {"RUNNING": "running", "DONE": "done"})},
    )
    manager.add_column("IdempotencyKey", "idempotency_key", "owner", column_class=UUID, params={"default": None, "null": False})
    manager.add_column("IdempotencyKey", "idempotency_key", "leased_until", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("IdempotencyKey", "idempotency_key", "status", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("IdempotencyKey", "idempotency_key", "response", column_class=JSON, params={"default": None, "null": True})

    manager.add_table("RegistryVersion", "registry_version")
    manager.add_column("RegistryVersion", "registry_version", "id", column_class=Integer, params={"default": 1, "null": False, "primary_key": True})
    manager.add_column("RegistryVersion", "registry_version", "version", column_class=Integer, params={"default": 0, "null": False})

    manager.add_table("DeletedTenant", "deleted_tenant")
    manager.add_column("DeletedTenant", "deleted_tenant", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DeletedTenant", "deleted_tenant", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DeletedTenant", "deleted_tenant", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "DeletedTenant",
        "deleted_tenant",
        "tenant",
        column_class=ForeignKey,
        params={"references": Tenant, "on_delete": OnDelete.cascade, "null": False, "unique": True},
    )
    manager.add_column("DeletedTenant", "deleted_tenant", "slug", column_class=Varchar, params={"length": 63, "default": "", "null": False})
    manager.add_column("DeletedTenant", "deleted_tenant", "domains", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("DeletedTenant", "deleted_tenant", "former_status", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("DeletedTenant", "deleted_tenant", "deleted_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column(
        "DeletedTenant", "deleted_tenant", "restorable_until", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True}
    )
    manager.add_column("DeletedTenant", "deleted_tenant", "has_database", column_class=Boolean, params={"default": True, "null": False})

    manager.add_table("Job", "job")
    manager.add_column("Job", "job", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Job", "job", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Job", "job", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Job", "job", "kind", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("Job", "job", "tenant_id", column_class=UUID, params={"default": None, "null": True, "index": True})
    manager.add_column("Job", "job", "tenant_slug", column_class=Varchar, params={"length": 63, "default": "", "null": False})
    manager.add_column("Job", "job", "unique_key", column_class=Varchar, params={"length": 120, "default": None, "null": True, "unique": True})
    manager.add_column(
        "Job",
        "job",
        "state",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "waiting",
            "null": False,
            "index": True,
            "choices": Enum("JobState", {"WAITING": "waiting", "RUNNING": "running", "DONE": "done", "FAILED": "failed", "CANCELLED": "cancelled"}),
        },
    )
    manager.add_column("Job", "job", "due_at", column_class=Timestamptz, params={"default": None, "null": True, "index": True})
    manager.add_column("Job", "job", "claim", column_class=UUID, params={"default": new_id, "null": False})
    manager.add_column("Job", "job", "owner", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("Job", "job", "leased_until", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Job", "job", "attempts", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("Job", "job", "enqueued", column_class=Integer, params={"default": 1, "null": False})
    manager.add_column("Job", "job", "enqueued_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Job", "job", "arguments", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("Job", "job", "cursor", column_class=JSON, params={"default": None, "null": True})
    manager.add_column("Job", "job", "done", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("Job", "job", "total", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("Job", "job", "unit", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("Job", "job", "is_cancel_requested", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("Job", "job", "result", column_class=JSON, params={"default": None, "null": True})
    manager.add_column("Job", "job", "error", column_class=Text, params={"default": None, "null": True})

    manager.add_table("JobStep", "job_step")
    manager.add_column("JobStep", "job_step", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("JobStep", "job_step", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("JobStep", "job_step", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "JobStep", "job_step", "job", column_class=ForeignKey, params={"references": Job, "on_delete": OnDelete.cascade, "null": False, "index": True}
    )
    manager.add_column("JobStep", "job_step", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("JobStep", "job_step", "name", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column(
        "JobStep",
        "job_step",
        "state",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "started",
            "null": False,
            "choices": Enum("StepState", {"STARTED": "started", "DONE": "done", "UNDOING": "undoing", "UNDONE": "undone", "FAILED": "failed"}),
        },
    )
    manager.add_column("JobStep", "job_step", "started_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("JobStep", "job_step", "finished_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("JobStep", "job_step", "error", column_class=Text, params={"default": None, "null": True})

    manager.add_table("TenantKey", "tenant_key")
    manager.add_column("TenantKey", "tenant_key", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("TenantKey", "tenant_key", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("TenantKey", "tenant_key", "tenant_id", column_class=UUID, params={"default": None, "null": False, "primary_key": True})
    manager.add_column("TenantKey", "tenant_key", "key_id", column_class=Varchar, params={"length": 32, "default": "", "null": False})
    manager.add_column("TenantKey", "tenant_key", "sealed", column_class=Secret, params={"length": 500, "default": "", "null": False, "secret": True})

    manager.add_table("Backup", "backup")
    manager.add_column("Backup", "backup", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Backup", "backup", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Backup", "backup", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Backup", "backup", "tenant_id", column_class=UUID, params={"default": None, "null": False, "index": True})
    manager.add_column("Backup", "backup", "tenant_slug", column_class=Varchar, params={"length": 63, "default": "", "null": False})
    manager.add_column("Backup", "backup", "location", column_class=Varchar, params={"length": 700, "default": "", "null": False})
    manager.add_column("Backup", "backup", "reason", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("Backup", "backup", "job_id", column_class=UUID, params={"default": None, "null": True, "index": True})
    manager.add_column("Backup", "backup", "stored_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Backup", "backup", "taken_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Backup", "backup", "confirmed_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Backup", "backup", "proven_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Backup", "backup", "digest", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Backup", "backup", "bytes", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("Backup", "backup", "rows", column_class=BigInt, params={"default": 0, "null": False})
    manager.add_column("Backup", "backup", "level", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Backup", "backup", "proof", column_class=Text, params={"default": None, "null": True})
    manager.add_column("Backup", "backup", "failure", column_class=Text, params={"default": None, "null": True})
    manager.add_column("Backup", "backup", "mark", column_class=Varchar, params={"length": 255, "default": None, "null": True})

    manager.add_table("BackupPlan", "backup_plan")
    manager.add_column("BackupPlan", "backup_plan", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("BackupPlan", "backup_plan", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("BackupPlan", "backup_plan", "tenant_id", column_class=UUID, params={"default": None, "null": False, "primary_key": True})
    manager.add_column("BackupPlan", "backup_plan", "schedule", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("BackupPlan", "backup_plan", "keep", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("BackupPlan", "backup_plan", "planned_by", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("BackupPlan", "backup_plan", "next_due_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True})
    manager.add_column("BackupPlan", "backup_plan", "proven_until", column_class=Timestamptz, params={"default": None, "null": True, "index": True})

    manager.add_table("KeptDatabase", "kept_database")
    manager.add_column("KeptDatabase", "kept_database", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("KeptDatabase", "kept_database", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("KeptDatabase", "kept_database", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("KeptDatabase", "kept_database", "tenant_id", column_class=UUID, params={"default": None, "null": False, "index": True})
    manager.add_column("KeptDatabase", "kept_database", "job_id", column_class=UUID, params={"default": None, "null": True})
    manager.add_column(
        "KeptDatabase",
        "kept_database",
        "state",
        column_class=Varchar,
        params={"length": 20, "default": "building", "null": False, "choices": Enum("KeptState", {"BUILDING": "building", "KEPT": "kept"})},
    )
    manager.add_column("KeptDatabase", "kept_database", "database_server", column_class=Varchar, params={"length": 300, "default": "", "null": False})
    manager.add_column("KeptDatabase", "kept_database", "db_name", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("KeptDatabase", "kept_database", "username", column_class=Varchar, params={"length": 64, "default": None, "null": True})
    manager.add_column("KeptDatabase", "kept_database", "secret", column_class=Secret, params={"length": 500, "default": None, "null": True, "secret": True})
    manager.add_column("KeptDatabase", "kept_database", "kept_until", column_class=Timestamptz, params={"default": None, "null": True, "index": True})

    manager.add_table("Upgrade", "upgrade")
    manager.add_column("Upgrade", "upgrade", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Upgrade", "upgrade", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Upgrade", "upgrade", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "Upgrade",
        "upgrade",
        "state",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "running",
            "null": False,
            "index": True,
            "choices": Enum("UpgradeState", {"RUNNING": "running", "PAUSED": "paused", "STOPPED": "stopped", "DONE": "done", "CANCELLED": "cancelled"}),
        },
    )
    manager.add_column(
        "Upgrade",
        "upgrade",
        "wanted",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "running",
            "null": False,
            "choices": Enum("UpgradeState", {"RUNNING": "running", "PAUSED": "paused", "STOPPED": "stopped", "DONE": "done", "CANCELLED": "cancelled"}),
        },
    )
    manager.add_column("Upgrade", "upgrade", "level", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("Upgrade", "upgrade", "options", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("Upgrade", "upgrade", "is_planned", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("Upgrade", "upgrade", "wave", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("Upgrade", "upgrade", "accepted", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("Upgrade", "upgrade", "soak_until", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Upgrade", "upgrade", "reason", column_class=Text, params={"default": None, "null": True})

    manager.add_table("UpgradeTenant", "upgrade_tenant")
    manager.add_column("UpgradeTenant", "upgrade_tenant", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "UpgradeTenant",
        "upgrade_tenant",
        "upgrade",
        column_class=ForeignKey,
        params={"references": Upgrade, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_column("UpgradeTenant", "upgrade_tenant", "tenant_id", column_class=UUID, params={"default": None, "null": False, "index": True})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "tenant_slug", column_class=Varchar, params={"length": 63, "default": "", "null": False})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "wave", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column(
        "UpgradeTenant",
        "upgrade_tenant",
        "state",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "waiting",
            "null": False,
            "choices": Enum(
                "UpgradeTenantState",
                {"WAITING": "waiting", "RUNNING": "running", "DONE": "done", "FAILED": "failed", "PUT_BACK": "put-back", "BROKEN": "broken"},
            ),
        },
    )
    manager.add_column("UpgradeTenant", "upgrade_tenant", "attempts", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "due_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "former_level", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "stops_writes", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "backup", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "began_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "upgraded_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("UpgradeTenant", "upgrade_tenant", "error", column_class=Text, params={"default": None, "null": True})

    manager.add_table("TrafficSample", "traffic_sample")
    manager.add_column("TrafficSample", "traffic_sample", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("TrafficSample", "traffic_sample", "began_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column(
        "TrafficSample", "traffic_sample", "ended_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True}
    )
    manager.add_column("TrafficSample", "traffic_sample", "counts", column_class=JSON, params={"default": "{}", "null": False})

    return manager

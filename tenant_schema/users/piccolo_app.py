"""The Piccolo app of users and their rights."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tenant_schema.identity import TenantIdentity
from tenant_schema.outbox import OutboxMessage
from tenant_schema.tenant_cache import CacheVersion
from tenant_schema.users import settings_tables, sign_in_tables, tables

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="users",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        tables.User,
        tables.Role,
        tables.Permission,
        tables.UserRole,
        tables.RolePermission,
        tables.Session,
        tables.SessionToken,
        tables.SignInThrottle,
        CacheVersion,
        OutboxMessage,
        TenantIdentity,
        tables.FieldRestriction,
        tables.RowRule,
        tables.ApiKey,
        tables.OneTimeLink,
        tables.AuditEvent,
        sign_in_tables.Factor,
        sign_in_tables.RecoveryCode,
        sign_in_tables.SignInChallenge,
        sign_in_tables.KnownBrowser,
        sign_in_tables.IdentityProvider,
        sign_in_tables.Identity,
        sign_in_tables.SupportGrant,
        sign_in_tables.SignInSettings,
        settings_tables.TenantSettings,
        settings_tables.UserPreference,
    ],
)

"""The Piccolo app of users and their rights."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tenant_schema.tenant_cache import CacheVersion
from tenant_schema.users import tables

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
        tables.FieldRestriction,
        tables.RowRule,
        tables.ApiKey,
        tables.OneTimeLink,
        tables.AuditEvent,
    ],
)

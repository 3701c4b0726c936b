"""Creating a tenant as a NestJS service with Knex does it: one statement after the other, without a journal.

The statements are written by hand and sent by asyncmy, 56 for each tenant: the database, its user and the
grant; 17 tables, each with its indexes and foreign keys in statements of their own, as Knex writes them; the
bookkeeping of Knex; roles, permissions, an administrator; the rows of the registry. The tables are those of a
small CRM, and fewer than those of Freehold, which has 33.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from typing import Any

from asyncmy import connect

from tenant_schema.users.passwords.hashing import Passwords
from tests.support.servers import ServerAddress

__all__ = ["STATEMENTS", "create", "drop", "prepare"]

# ruff: noqa: S608 - names and values are this module's own

STATEMENTS = 56

_ID = "`id` binary(16) NOT NULL PRIMARY KEY"
_TIMES = "`created_at` datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), `updated_at` datetime(6) NULL"
_END = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"


def _text(*names: str) -> str:
    return ", ".join(f"`{name}` varchar(255) NULL" for name in names)


def _ref(*names: str) -> str:
    return ", ".join(f"`{name}` binary(16) NULL" for name in names)


_TABLES: dict[str, str] = {
    "users": _text("email", "name", "password_hash"),
    "roles": _text("name", "label"),
    "permissions": _text("name", "description"),
    "user_roles": _ref("user_id", "role_id"),
    "role_permissions": _ref("role_id", "permission_id"),
    "sessions": f"{_ref('user_id')}, {_text('token_hash', 'address')}",
    "api_keys": f"{_ref('user_id')}, {_text('key_hash', 'name')}",
    "audit_events": f"{_ref('user_id')}, {_text('action')}, `detail` json NULL",
    "objects": _text("name", "label"),
    "fields": f"{_ref('object_id')}, {_text('name', 'label', 'type')}, `settings` json NULL",
    "apps": f"{_text('name', 'label')}, `navigation` json NULL",
    "pages": f"{_ref('app_id')}, {_text('name', 'label')}, `layout` json NULL",
    "accounts": f"{_text('name', 'website', 'industry')}, {_ref('owner_id')}, `revenue` decimal(18,2)",
    "contacts": f"{_text('first_name', 'last_name', 'email', 'phone')}, {_ref('account_id', 'owner_id')}",
    "opportunities": f"{_text('name', 'stage')}, {_ref('account_id', 'owner_id')}, `amount` decimal(18,2)",
}
_UNIQUE = {
    "users": "email",
    "roles": "name",
    "permissions": "name",
    "sessions": "token_hash",
    "api_keys": "key_hash",
    "objects": "name",
    "apps": "name",
}
_INDEXES = {
    "accounts": "name",
    "contacts": "last_name",
    "opportunities": "stage",
    "audit_events": "created_at",
    "fields": "name",
}
_KEYS: Sequence[tuple[str, str, str]] = (
    ("user_roles", "user_id", "users"),
    ("user_roles", "role_id", "roles"),
    ("role_permissions", "role_id", "roles"),
    ("role_permissions", "permission_id", "permissions"),
    ("sessions", "user_id", "users"),
    ("api_keys", "user_id", "users"),
    ("fields", "object_id", "objects"),
    ("pages", "app_id", "apps"),
    ("accounts", "owner_id", "users"),
    ("contacts", "account_id", "accounts"),
    ("contacts", "owner_id", "users"),
    ("opportunities", "owner_id", "users"),
    ("audit_events", "user_id", "users"),
    ("opportunities", "account_id", "accounts"),
)


def _schema() -> Iterator[str]:
    """46 statements: 17 create tables, 26 alter them, and 3 are bookkeeping."""
    yield (
        "CREATE TABLE `knex_migrations` (`id` int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, "
        f"`name` varchar(255), `batch` int, `migration_time` timestamp NULL) {_END}"
    )
    yield (
        "CREATE TABLE `knex_migrations_lock` (`index` int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, "
        f"`is_locked` int) {_END}"
    )
    yield "INSERT INTO `knex_migrations_lock` (`is_locked`) VALUES (1)"
    for name, columns in _TABLES.items():
        yield f"CREATE TABLE `{name}` ({_ID}, {_TIMES}, {columns}) {_END}"
    for name, column in _UNIQUE.items():
        yield f"ALTER TABLE `{name}` ADD UNIQUE `{name}_{column}_unique` (`{column}`)"
    for name, column in _INDEXES.items():
        yield f"ALTER TABLE `{name}` ADD INDEX `{name}_{column}_index` (`{column}`)"
    for name, column, target in _KEYS:
        key = f"CONSTRAINT `{name}_{column}_foreign` FOREIGN KEY (`{column}`) REFERENCES `{target}` (`id`)"
        yield f"ALTER TABLE `{name}` ADD {key} ON DELETE CASCADE"
    yield "INSERT INTO `knex_migrations` (`name`, `batch`, `migration_time`) VALUES ('001_init.js', 1, NOW())"
    yield "UPDATE `knex_migrations_lock` SET `is_locked` = 0"


def _rows(password_hash: str) -> Iterator[str]:
    """5 statements that fill the tables."""
    user, roles = secrets.token_hex(16), [secrets.token_hex(16) for _ in range(4)]
    permissions = [secrets.token_hex(16) for _ in range(20)]
    named = ", ".join(f"(x'{id_}', 'role-{at}', 'Role')" for at, id_ in enumerate(roles))
    yield f"INSERT INTO `roles` (`id`, `name`, `label`) VALUES {named}"
    named = ", ".join(f"(x'{id_}', 'permission-{at}')" for at, id_ in enumerate(permissions))
    yield f"INSERT INTO `permissions` (`id`, `name`) VALUES {named}"
    pairs = ", ".join(f"(x'{secrets.token_hex(16)}', x'{roles[0]}', x'{id_}')" for id_ in permissions)
    yield f"INSERT INTO `role_permissions` (`id`, `role_id`, `permission_id`) VALUES {pairs}"
    values = f"(x'{user}', 'admin@peer.example', 'Administrator', '{password_hash}')"
    yield f"INSERT INTO `users` (`id`, `email`, `name`, `password_hash`) VALUES {values}"
    values = f"(x'{secrets.token_hex(16)}', x'{user}', x'{roles[0]}')"
    yield f"INSERT INTO `user_roles` (`id`, `user_id`, `role_id`) VALUES {values}"


async def prepare(address: ServerAddress, prefix: str) -> Any:
    """Create the peer's registry. Returns its connection."""
    connection = await connect(**address.config, autocommit=True)
    async with connection.cursor() as cursor:
        await cursor.execute(f"CREATE DATABASE `{prefix}peer`")
        columns = _text("slug", "domain", "database", "username", "secret", "status")
        await cursor.execute(f"CREATE TABLE `{prefix}peer`.`tenants` ({_ID}, {columns}) {_END}")
    return connection


async def create(root: Any, address: ServerAddress, prefix: str, number: int, passwords: Passwords) -> float:
    """Create a tenant. Returns how many seconds that took."""
    name, password, id_ = f"{prefix}peer_{number}", f"Aa1-{secrets.token_hex(12)}", secrets.token_hex(16)
    registry = f"`{prefix}peer`.`tenants`"
    begun = time.perf_counter()
    values = f"(x'{id_}', '{name}', '{name}.localhost', '{password}', 'new')"
    sent = await _send(
        root,
        f"INSERT INTO {registry} (`id`, `slug`, `domain`, `secret`, `status`) VALUES {values}",
        f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4",
        f"CREATE USER `{name}`@`%` IDENTIFIED BY '{password}'",
        f"GRANT ALL ON `{name}`.* TO `{name}`@`%`",
    )
    login = {"user": name, "password": password, "database": name}
    connection = await connect(**{**address.config, **login}, autocommit=True)
    sent += await _send(connection, *_schema())
    sent += await _send(connection, *_rows(await passwords.hash("correct horse battery")))
    await connection.ensure_closed()
    sent += await _send(root, f"UPDATE {registry} SET `status` = 'active' WHERE `id` = x'{id_}'")
    seconds = time.perf_counter() - begun
    assert sent == STATEMENTS, sent
    return seconds


async def _send(connection: Any, *statements: str) -> int:
    """Send the statements one after the other. Returns their number."""
    async with connection.cursor() as cursor:
        for sql in statements:
            await cursor.execute(sql)
    return len(statements)


async def drop(root: Any, prefix: str, number: int) -> None:
    """Drop the tenant."""
    name = f"{prefix}peer_{number}"
    await _send(root, f"DROP DATABASE `{name}`", f"DROP USER `{name}`@`%`")

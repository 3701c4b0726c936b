"""The database users of tenants. Passwords are stored sealed and opened only to connect."""

import logging
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from piccolo.engine.base import Engine

from central.database import CENTRAL
from central.errors import CredentialsUnreadable, VaultError
from central.registry import TenantRef
from central.secrets.vault import Vault
from central.servers import DatabaseServers, Login
from central.servers.identity import IdentityCheck
from central.tables import Credential
from piccolo_engines.closable import ClosableEngine, StatementObserver
from piccolo_engines.statements import StatementGroup

__all__ = ["Credentials", "TenantOpener"]

_log: Final = logging.getLogger(__name__)


class Credentials:
    """Stores the database user and the password of each tenant. Tenants on SQLite have none.

    The caller binds ``CENTRAL``.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def store(self, tenant_id: UUID, username: str, password: str) -> None:
        """Store user and password, replacing existing ones."""
        former = Credential.delete().where(Credential.tenant == tenant_id)
        row = Credential(tenant=tenant_id, username=username, secret=self._vault.seal(password, tenant_id))
        statements = [*former.querystrings, *Credential.insert(row).querystrings]
        await CENTRAL.run_querystring(StatementGroup(*statements))

    async def remove(self, tenant_id: UUID) -> None:
        """Delete them. Does nothing if there are none."""
        await Credential.delete().where(Credential.tenant == tenant_id)

    async def username(self, tenant_id: UUID) -> str | None:
        """Return the name of the tenant's database user; ``None`` where no credentials are stored."""
        row = await _row(tenant_id)
        return None if row is None else str(row["username"])

    async def login(self, tenant_id: UUID) -> Login | None:
        """Return the login to connect with. The password is decrypted at each use."""
        row = await _row(tenant_id)
        return None if row is None else self._login(tenant_id, row["username"], row["secret"])

    async def begin_change(self, tenant_id: UUID, username: str, password: str) -> bool:
        """Store the password that will replace the current one.

        Returns False if another change is in progress.
        """
        secret = self._vault.seal(password, tenant_id)
        mine = Credential.tenant == tenant_id
        begun = Credential.update({Credential.next_secret: secret}).where(mine)
        if await begun.where(Credential.next_secret.is_null()).returning(Credential.id):
            return True
        if await Credential.exists().where(mine):
            return False
        row = Credential(tenant=tenant_id, username=username, secret=secret, next_secret=secret)
        await Credential.insert(row)
        return True

    async def is_changing(self, tenant_id: UUID) -> bool:
        """Whether a password change is in progress."""
        begun = (Credential.tenant == tenant_id) & Credential.next_secret.is_not_null()
        return await Credential.exists().where(begun)

    async def next_password(self, tenant_id: UUID) -> str | None:
        """Return the new password of the change in progress, if any."""
        row = await _row(tenant_id)
        secret = None if row is None else row["next_secret"]
        return None if secret is None else self._vault.open(secret, tenant_id)

    async def finish_change(self, tenant_id: UUID) -> None:
        """Replace the current password by the new one."""
        password = await self.next_password(tenant_id)
        if password is not None:
            sealed = self._vault.seal(password, tenant_id)
            changes: dict[Any, Any] = {Credential.secret: sealed, Credential.next_secret: None}
            await Credential.update(changes).where(Credential.tenant == tenant_id)

    async def exchange(
        self, tenant_id: UUID, username: str | None, secret: str | None
    ) -> tuple[str | None, str | None]:
        """Replace user and sealed password, also by none. Returns the former ones."""
        row = await _row(tenant_id)
        await self.remove(tenant_id)
        if username is not None:
            await Credential.insert(Credential(tenant=tenant_id, username=username, secret=secret))
        return (None, None) if row is None else (row["username"], row["secret"])

    def _login(self, tenant_id: UUID, username: str, secret: str) -> Login:
        async def others() -> Sequence[Login]:
            row = await _row(tenant_id)
            found = [] if row is None else [row["secret"], row["next_secret"]]
            known = [one for one in found if one not in (None, secret)]
            return [self._login(tenant_id, username, one) for one in known]

        return Login(username, lambda: self._vault.open(secret, tenant_id), others)


async def _row(tenant_id: UUID) -> dict[str, Any] | None:
    row: dict[str, Any] | None = await Credential.select().where(Credential.tenant == tenant_id).first()
    return row


class TenantOpener:
    """Creates the engine of a tenant, on its database server and with its own user.

    :param identity: compares the id inside the database; without it nothing is compared.
    :param observer: observes the statements of the engines.
    """

    def __init__(
        self,
        servers: DatabaseServers,
        credentials: Credentials,
        identity: IdentityCheck | None = None,
        observer: StatementObserver | None = None,
    ) -> None:
        self._servers = servers
        self._identity = identity
        self._observer = observer
        self._credentials = credentials
        self._unreadable: dict[UUID, str] = {}

    async def __call__(self, tenant: TenantRef) -> Engine[Any]:
        """Create the engine, for :class:`~central.tenancy.engines.TenantEngines`.

        Raises ``DatabaseMissing``, ``UnknownServer``, ``CredentialsUnreadable``, and with ``identity``
        ``DatabaseMismatch`` and what connecting raises.
        """
        server = self._servers.get(tenant.database_server)
        login = await self._login(tenant) if server.has_users else None
        engine = server.engine_for(tenant.db_name, login)
        if self._identity is not None:
            try:
                await self._identity(tenant, engine)
            except BaseException:
                await engine.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo
                raise
        if isinstance(engine, ClosableEngine):
            engine.observer = self._observer
        return engine

    async def _login(self, tenant: TenantRef) -> Login | None:
        """Return the login after checking that it can be decrypted.

        Logs a failure once, not for every request.
        """
        login = await self._credentials.login(tenant.id)
        try:
            if login is not None:
                login.password()
        except VaultError as error:
            if self._unreadable.get(tenant.id) != str(error):
                self._unreadable[tenant.id] = str(error)
                _log.error("The credentials of the tenant %s cannot be opened: %s", tenant.slug, error)
            raise CredentialsUnreadable(tenant.slug) from error
        self._unreadable.pop(tenant.id, None)
        return login

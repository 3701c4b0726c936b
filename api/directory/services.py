"""The services of the directory and of signing in on a central host, by their names in ``Platform``."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from api.directory.find import FindTenants, find_throttle
from api.directory.sign_in import CentralSignIn, central_throttle
from api.directory.updates import DirectoryUpdates
from central.directory.hashes import AddressHashes
from central.directory.service import Directory
from central.jobs.store import JobStore
from central.secrets.vault import Vault
from central.settings.settings import Settings
from central.tenancy.tenancy import Tenancy
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.sign_in.access_tokens import SigningKeys
from tenant_schema.users.sign_in.browser_sessions import BrowserSessions
from tenant_schema.users.sign_in.second_factors import SecondFactors
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.session_secrets import SessionSecrets
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.sign_in.tickets import Tickets

__all__ = ["central_sign_in_services", "directory_services"]


def directory_services(settings: Settings, vault: Vault, tenancy: Tenancy, jobs: JobStore) -> dict[str, Any]:
    """Create the directory, what keeps it up to date, and finding one's tenants by mail."""
    directory = Directory(AddressHashes(vault))
    return {
        "directory": directory,
        "directory_updates": DirectoryUpdates(directory, tenancy),
        "find_tenants": FindTenants(settings, vault, directory, jobs, find_throttle()),
    }


def central_sign_in_services(
    directory: Directory,
    tenancy: Tenancy,
    passwords: PasswordHashing,
    authentication: Authentication,
    sessions: BrowserSessions,
    factors: SecondFactors,
    keys_for: Callable[[UUID], SigningKeys],
) -> dict[str, Any]:
    """Create tickets, and signing in on a central host.

    :param keys_for: returns a tenant's keys for tickets.
    """
    tickets = Tickets(SessionSecrets(keys_for), sessions, Throttle(), factors)
    central = CentralSignIn(directory, tenancy, authentication, tickets, passwords, central_throttle())
    return {"tickets": tickets, "central_sign_in": central}

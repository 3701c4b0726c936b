"""The services of the central database."""

from typing import Any

from api.first_tenant_links import FirstTenantLinks
from central import piccolo_app as central_app
from central.migrations.migrator import Migrator
from central.secrets.vault import Vault
from central.servers.installed import central_engine_of
from central.settings.settings import Settings
from piccolo_conf import DB

__all__ = ["services_of_central"]


def services_of_central(settings: Settings, vault: Vault) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`."""
    return {
        "central_engine": central_engine_of(settings),
        "central_migrator": Migrator([central_app.APP_CONFIG], DB),
        "vault": vault,
        "first_tenant_links": FirstTenantLinks(vault),
    }

"""The services of a command that needs the central database only."""

from dataclasses import dataclass

from central.database import CentralEngine
from central.operators.service import Operators
from central.registry import Registry
from central.secrets.domain_seals import DomainSeals
from central.secrets.vault import Vault
from central.servers.installed import central_engine_of
from central.settings.settings import Settings

__all__ = ["CentralServices", "central_services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralServices:
    """A small part of :class:`~api.composition.Platform`, which takes a fraction of the time to import."""

    settings: Settings
    central_engine: CentralEngine
    vault: Vault
    registry: Registry
    operators: Operators

    async def close(self) -> None:
        """Close the central database."""
        await self.central_engine.close()


def central_services(settings: Settings) -> CentralServices:
    """Create the services. Opens nothing. Use them with ``CENTRAL`` bound to their engine."""
    vault = Vault(settings.encryption_keys)
    return CentralServices(
        settings=settings,
        central_engine=central_engine_of(settings),
        vault=vault,
        registry=Registry(DomainSeals(vault)),
        operators=Operators(),
    )

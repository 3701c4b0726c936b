"""The kinds of jobs that this installation executes."""

from collections.abc import Iterator, Mapping

from api.jobs.outbox_delivery import OutboxDelivery
from api.jobs.outboxes import OUTBOX, MessageHandler
from central.jobs.kinds import JobKind
from central.provisioning.service import Provisioning
from central.registry import Registry
from central.secrets.vault import Vault
from central.tenancy.tenancy import Tenancy
from tenant_schema.records.imports.service import IMPORT
from tenant_schema.users.account_changes import DIRECTORY

__all__ = ["job_kinds"]


def job_kinds(
    provisioning: Provisioning,
    registry: Registry,
    tenancy: Tenancy,
    vault: Vault,
    handlers: Mapping[str, MessageHandler],
) -> Iterator[JobKind]:
    """Return all kinds.

    :param handlers: what sends the messages of outboxes, by the kind of message.
    """
    deliver = OutboxDelivery(registry, tenancy, vault.open, handlers, inside=(DIRECTORY, IMPORT))
    yield JobKind(name=OUTBOX, run=deliver, max_attempts=None, is_cancellable=False)
    yield from provisioning.kinds

"""Completes or undoes changes that were interrupted by the end of a process, when the tenant is next used.

Where DDL is transactional there is never anything to do. Elsewhere the journal is read whenever the tenant's
definitions are read again (:class:`tenant_schema.objects.model.catalog.Catalog`), with one statement, and
before each change.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from piccolo.querystring import QueryString

from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.intent import Intent
from tenant_schema.objects.changes.journal import OPEN_ENTRIES, has_open_entries
from tenant_schema.objects.changes.runner import Runner
from tenant_schema.objects.changes.writing import write_definitions
from tenant_schema.objects.dependents import Dependents
from tenant_schema.objects.errors import ObjectBusy
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.rights.permissions import Access

__all__ = ["Recovery"]

_LOG = logging.getLogger(__name__)


def _event(intent: Intent) -> tuple[str, Subject, dict[str, object]]:
    """The audit event of an intent: action (``object.create``, ``field.drop``), subject and detail."""
    act, _, what = intent.kind.partition(" ")
    names = intent.names
    detail: dict[str, object] = {
        "fields": sorted({row.name for row in intent.fields.insert}),
        "renamedTo": names.object_renamed_to,
        "renamed": names.fields_renamed,
        "dropped": list(names.fields_dropped),
    }
    details = {name: value for name, value in detail.items() if value}
    return f"{what}.{act}", Subject("object", None, intent.object), details


class Recovery:
    """Completes changes.

    :param dependents: what refers to objects and fields by name.
    :param at: called at each point at which a process might die; for tests.
    """

    def __init__(
        self, dependents: Sequence[Dependents] = (), at: Callable[[str], None] = lambda _point: None
    ) -> None:
        self.dependents = tuple(dependents)
        self._at = at

    def runner(self, dialect: Dialect, by: Access | None = None) -> Runner:
        """Return the runner of changes. ``by`` is the caller in the audit trail."""
        return Runner(dialect, partial(self._write, by), self._at)

    async def _write(self, by: Access | None, intent: Intent) -> None:
        """Write the definitions and the audit event in one transaction."""
        await write_definitions(intent, self.dependents)
        await record_event(by, *_event(intent))

    def interrupted(self) -> QueryString | None:
        """Return the select for changes that may be interrupted. None where DDL is transactional."""
        return None if dialect_of_bound().is_transactional else OPEN_ENTRIES()

    async def __call__(self) -> bool:
        """Complete what was interrupted in the bound tenant. Returns whether there was anything.

        Changes that are in progress elsewhere are left alone. Never raises, since it runs within a read.
        """
        dialect = dialect_of_bound()
        if dialect.is_transactional or not await has_open_entries():
            return False
        try:
            async with dialect.exclusive(0):
                return bool(await self.runner(dialect).recover())
        except ObjectBusy:
            return False
        except Exception:  # noqa: BLE001 - a tenant stays readable whatever is wrong with its journal
            _LOG.exception("a change of objects could not be finished; it will be tried again")
            return False

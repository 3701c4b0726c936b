"""Counts of several lists at once, such as views and related lists: each with its own result or error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, TypeAlias
from uuid import UUID

from piccolo_engines.errors import StatementTimeout
from tenant_schema.apps.errors import ViewNotFound
from tenant_schema.apps.views.service import ShownView, ViewService
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.problems import InvalidInput
from tenant_schema.records.overview import RecordOverview
from tenant_schema.records.reading.pages import Counted
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import Access

__all__ = ["MAX_COUNTS", "CountService", "ListToCount", "Result"]

MAX_COUNTS: Final = 20
_SECONDS: Final = 10.0
"""After which no further list is counted."""
_OWN_ERRORS: Final = (InvalidInput, ObjectNotFound, PermissionDenied, ViewNotFound, StatementTimeout)
Result: TypeAlias = (
    Counted | InvalidInput | ObjectNotFound | PermissionDenied | ViewNotFound | StatementTimeout
)
"""The number of records, or why there is none."""


@dataclass(frozen=True, slots=True)
class ListToCount:
    """The records of an object that match a document (``filter``, ``search``, ``timeZone``) and, if it is
    given, the filter of a saved view.
    """

    object: str
    document: Mapping[str, Any] = field(default_factory=dict)
    view: UUID | None = None


class CountService:
    """Counts records in the bound tenant.

    :param views: the views of the caller.
    """

    def __init__(self, overview: RecordOverview, views: ViewService) -> None:
        self._overview = overview
        self._views = views

    async def count(self, scope: TenantScope, access: Access, lists: Sequence[ListToCount]) -> list[Result]:
        """Return the result for each of the lists: one statement each, and three for all views."""
        views: Mapping[UUID, ShownView] = {}
        if any(one.view is not None for one in lists):
            views = {view.row["id"]: view for view in await self._views.all(scope, access, None)}
        ends = perf_counter() + _SECONDS
        results: list[Result] = []
        for one in lists:
            try:
                if perf_counter() > ends:
                    raise StatementTimeout
                document = _document(one, views)
                results.append(await self._overview.count(scope, access, one.object, document))
            except _OWN_ERRORS as error:
                results.append(error)
        return results


def _document(one: ListToCount, views: Mapping[UUID, ShownView]) -> Mapping[str, Any]:
    """Return the query. Raises ViewNotFound."""
    if one.view is None:
        return one.document
    view = views.get(one.view)
    if view is None or view.row["object"] != one.object:
        raise ViewNotFound(one.view)
    filters = [wanted for wanted in (view.filter, one.document.get("filter")) if wanted]
    return {**one.document, "filter": {"and": filters} if len(filters) > 1 else filters[0] if filters else {}}

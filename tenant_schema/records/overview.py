"""Reads over several objects at once: how many records match each of several filters, and which records of
any object contain certain words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final
from uuid import UUID

from piccolo_engines.errors import StatementTimeout
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.problems import ProblemCollector
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.access.target import Target, Targets
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.json_query import parse_json_query
from tenant_schema.records.query.model import ALL, MAX_COUNTED, MAX_SEARCH, MAX_WORDS, SortTerm
from tenant_schema.records.query.search import is_searched, words_of
from tenant_schema.records.reading.counting import count_records
from tenant_schema.records.reading.pages import Counted
from tenant_schema.records.retry import retry_when_definitions_changed
from tenant_schema.records.sql.statements import Source, Window, reading
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["MAX_HITS", "MAX_SEARCHED", "Hit", "Hits", "RecordOverview"]

MAX_HITS: Final = 50
"""Records that one search returns."""
MAX_SEARCHED: Final = 50
"""Objects that one search looks into."""
_SECONDS: Final = 3.0
"""After which a search looks into no further object."""
_MAX_DETAIL: Final = 120
"""Characters of a detail."""
_SHORT: Final = frozenset({"text", "email", "phone", "url"})
_NEWEST: Final = (SortTerm("id", descending=True),)


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a search has found.

    :ivar label: the value of the object's name field, if the caller may read it.
    :ivar detail: the value of another field that contains one of the words.
    """

    object: str
    id: UUID
    label: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Hits:
    """The result of a search. ``left_out`` are the objects that it did not look into."""

    data: Sequence[Hit]
    left_out: Sequence[str]


class RecordOverview:
    """All calls run with the tenant's engine bound.

    :param catalog: the objects of each tenant.
    :param targets: opens objects for callers.
    """

    def __init__(self, catalog: Catalog, targets: Targets) -> None:
        self.catalog = catalog
        self._targets = targets

    @retry_when_definitions_changed
    async def count(
        self, scope: TenantScope, access: Access, object_name: str, document: Mapping[str, object]
    ) -> Counted:
        """Return how many records match the ``filter`` and ``search`` of a JSON query, up to a number at
        which the database stops. Executes one statement. Raises PermissionDenied, ObjectNotFound,
        InvalidQuery.
        """
        target = await self._targets.open(scope, access, object_name, "read")
        query = parse_json_query(document, target.readable)
        number = await count_records(target, query, MAX_COUNTED + 1)
        return Counted(min(number, MAX_COUNTED), capped=number > MAX_COUNTED)

    async def search(
        self, scope: TenantScope, access: Access, text: str, names: Sequence[str] | None, limit: int
    ) -> Hits:
        """Return records that contain all the words: those whose label is the text first, then those whose
        label begins with it, and newer records before older ones.

        One statement for each object. Raises InvalidQuery, and for named objects PermissionDenied and
        ObjectNotFound.

        :param names: the objects to look into; None for all that have searched fields.
        """
        words = _words(text, names)
        searched = await self._searched(scope, access, names)
        found: list[list[Hit]] = []
        left_out = list(searched[MAX_SEARCHED:])
        ends = perf_counter() + _SECONDS
        for name in searched[:MAX_SEARCHED] if words else ():
            if perf_counter() > ends:
                left_out.append(name)
                continue
            try:
                found.append(await self._hits(scope, access, name, words, limit))
            except (InvalidQuery, StatementTimeout):  # it has no index yet, or too many records for one
                left_out.append(name)
        return Hits(_best(found, text, limit), left_out)

    async def _searched(
        self, scope: TenantScope, access: Access, names: Sequence[str] | None
    ) -> Sequence[str]:
        """Return the objects with fields that are searched and that the caller may read."""
        if names is not None:
            for name in names:
                await self._targets.open(scope, access, name, "read")
        schema = SchemaView.of(access, await self.catalog.all(scope))
        return [
            name
            for name in (schema.readable_names if names is None else dict.fromkeys(names))
            if any(is_searched(field) for field in schema.view(name).readable.values())
        ]

    @retry_when_definitions_changed
    async def _hits(
        self, scope: TenantScope, access: Access, object_name: str, words: Sequence[str], limit: int
    ) -> list[Hit]:
        target = await self._targets.open(scope, access, object_name, "read")
        label = target.model.name_field if target.model.name_field in target.rights.readable else None
        details = [
            name
            for name, field in target.rights.readable.items()
            if name != label and field.type.name in _SHORT and is_searched(field)
        ]
        rows = await _read(target, words, ("id", *([label] if label else []), *details), limit)
        return [
            Hit(
                object_name,
                UUID(str(row["id"])),
                _text(row[label]) if label else None,
                _detail(row, details, words),
            )
            for row in rows
        ]


async def _read(
    target: Target, words: Sequence[str], names: Sequence[str], limit: int
) -> list[dict[str, object]]:
    values: list[object] = []
    where = target.records(target.searched(ALL, words), values)
    source, window = Source(target.model, where, (), target.readable), Window(_NEWEST, limit)
    plan = target.plan(
        lambda: reading(source, names, window, target.dialect), *("found", tuple(names), where, window)
    )
    return (await target.read(plan, values)).shown()


def _words(text: str, names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the words to look for."""
    collector = ProblemCollector()
    if len(text) > MAX_SEARCH or "\0" in text:
        message = f"A search is text of at most {MAX_SEARCH} characters without NUL."
        collector.add("q", "invalid-value", message)
    words = words_of(text[:MAX_SEARCH])
    if len(words) > MAX_WORDS:
        collector.add("q", "too-many-words", f"A search has at most {MAX_WORDS} words.")
    if names is not None and len(names) > MAX_SEARCHED:
        collector.add("objects", "too-many-values", f"At most {MAX_SEARCHED} objects.")
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return words


def _best(found: Sequence[Sequence[Hit]], text: str, limit: int) -> list[Hit]:
    """Return the first ones: by how the label fits, and then of each object in turn."""
    wanted = text.strip().casefold()

    def rank(hit: Hit) -> int:
        label = (hit.label or "").casefold()
        return 0 if label == wanted else 1 if label.startswith(wanted) else 2

    places = [(rank(hit), place, hit) for hits in found for place, hit in enumerate(hits)]
    return [hit for _, _, hit in sorted(places, key=lambda one: one[:2])[:limit]]


def _detail(row: Mapping[str, object], names: Sequence[str], words: Sequence[str]) -> str | None:
    """Return the first of the fields that contains one of the words as it is typed."""
    typed = [word.casefold() for word in words]
    for name in names:
        text = _text(row[name])
        if text is not None and any(word in text.casefold() for word in typed):
            return text[:_MAX_DETAIL]
    return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)

"""Does the same to all records that match a filter: changes, deletes, restores or destroys them.

The records are found first, as far as the caller may do this with them. Then they are written in portions,
each in a transaction of its own, in which the records are looked for, locked and checked again: one that no
longer matches is left out. What a portion has done stays, whatever becomes of the others.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from piccolo_engines.errors import DatabaseError, ForeignKeyViolation
from tenant_schema.problems import Problem, ProblemCollector
from tenant_schema.records.access.target import Target, Targets
from tenant_schema.records.errors import InvalidQuery, OtherNumber, TooManyDependents, ValidationFailed
from tenant_schema.records.query.json_query import parse_json_query
from tenant_schema.records.query.model import ALL, And, Condition, Filter, Query, SortTerm
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.reading.counting import count_records
from tenant_schema.records.reading.trash import in_trash
from tenant_schema.records.record import Row
from tenant_schema.records.sql.statements import Source, Window, reading
from tenant_schema.records.writing.bulk import Item
from tenant_schema.records.writing.bulk_delete import Act, destroy_items, take_back_items, trash_items
from tenant_schema.records.writing.bulk_update import change_items
from tenant_schema.records.writing.validation import Body, parse_changes
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = [
    "MAX_MATCHED",
    "PORTION",
    "Doing",
    "Done",
    "Matched",
    "action_of",
    "bulk_by_filter",
    "count_matching",
    "found_by",
]

Doing: TypeAlias = Literal["update", "delete", "restore", "destroy"]

MAX_MATCHED: Final = 10_000
"""Records to which one request does something."""
PORTION: Final = 250
"""Records of one transaction."""
_PAGE: Final = 2_000
_MAX_REPORTED: Final = 100
_ATTEMPTS: Final = 5
"""Attempts with a record that others change in between."""
_OTHER_VERSION: Final = 412
_CHANGED_MEANWHILE: Final = Problem(
    "", "changed-meanwhile", "Others are changing this record. Send the request again."
)
_BY_ID: Final = (SortTerm("id", descending=False),)
_ACTS: Final[Mapping[Doing, Act]] = {
    "update": change_items,
    "delete": trash_items,
    "restore": take_back_items,
    "destroy": destroy_items,
}


@dataclass(frozen=True, slots=True)
class Matched:
    """How many records a request would act on; if ``capped``, more than that."""

    value: int
    capped: bool


@dataclass(slots=True)
class Done:
    """What became of the records that matched.

    :ivar skipped: the number of those that were gone, or no longer matched, when it was their turn.
    :ivar failed: the first of those that were refused, with the reasons; ``failures`` is their number.
    :ivar unfinished: the number of those that were not tried, because the database failed.
    :ivar deleted_at: the ``deleted_at`` of what was moved to the trash, by which it can be found there.
    """

    matched: int
    ok: int = 0
    skipped: int = 0
    failures: int = 0
    failed: list[Item] = field(default_factory=list)
    unfinished: int = 0
    deleted_at: datetime | None = None

    def add(self, items: Sequence[Item]) -> None:
        """Count the items of a portion."""
        for item in items:
            if not item.problems:
                self.ok += 1
            elif item.status == 404:
                self.skipped += 1
            else:
                self.failures += 1
                if len(self.failed) < _MAX_REPORTED:
                    self.failed.append(item)


def action_of(op: Doing) -> Literal["update", "delete"]:
    """Return the permission that it takes."""
    return "update" if op == "update" else "delete"


async def found_by(
    targets: Targets, scope: TenantScope, access: Access, object_name: str, op: Doing, document: Body
) -> tuple[Target, Query]:
    """Return where the records are, and the query of a document with ``filter`` and ``search``. What is
    restored or destroyed by a filter is in the trash. Raises :class:`InvalidQuery`.
    """
    target = await targets.open(scope, access, object_name, "read", action_of(op))
    if op in {"restore", "destroy"}:
        target = in_trash(target)
    return target, parse_json_query(document, target.readable)


async def count_matching(target: Target, op: Doing, query: Query, values: Body) -> Matched:
    """Return how many records it would be done to. Executes one statement.

    Raises :class:`ValidationFailed` for the values, which are only looked at if there are some.

    :param target: see :func:`found_by`.
    """
    if values:
        _changes(target, op, values)
    number = await count_records(target, query, MAX_MATCHED + 1, within=_allowed(target, op))
    return Matched(min(number, MAX_MATCHED), number > MAX_MATCHED)


async def bulk_by_filter(
    target: Target, op: Doing, query: Query, values: Body, expected: int | None, now: datetime
) -> Done:
    """Do it to all records that match, and that the caller may do it to.

    Raises :class:`ValidationFailed` for the values, :class:`InvalidQuery` when more match than one request
    may act on, :class:`OtherNumber`.

    :param target: see :func:`found_by`.
    """
    changes = _changes(target, op, values)
    ids = await _ids(target, op, query)
    if expected is not None and expected != len(ids):
        raise OtherNumber(expected, len(ids))
    done = Done(len(ids))
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        try:
            items = await _act(target, op, query, portion, changes, now)
        except DatabaseError:
            if start == 0 or target.engine.transaction_exists():
                raise
            done.unfinished = len(ids) - start
            break
        done.skipped += len(portion) - len(items)
        done.add(items)
    if op == "delete" and done.ok:
        done.deleted_at = now
    return done


def _changes(target: Target, op: Doing, values: Body) -> Row:
    """Return the stored values of a change."""
    if op != "update":
        return {}
    collector = ProblemCollector()
    found = parse_changes(values, collector, target.rights)
    if collector.problems:
        raise ValidationFailed([_within(one) for one in collector.problems])
    return dict(found)


def _within(problem: Problem) -> Problem:
    place = f"values.{problem.field}" if problem.field else "values"
    return Problem(place, problem.code, problem.message, problem.did_you_mean)


def _allowed(target: Target, op: Doing) -> Filter:
    """The row rule for it, as it can stand in any statement."""
    rule = target.rights.update if op == "update" else target.rights.delete
    return rule if rule == ALL else target.rule(rule)


async def _ids(target: Target, op: Doing, query: Query) -> list[UUID]:
    """Return the ids of all records that match, in their order."""
    found: list[UUID] = []
    while True:
        last = Condition("id", "gt", found[-1]) if found else ALL
        page = await _found(target, op, query, last, _PAGE)
        found += [one for one, _ in page]
        if len(found) > MAX_MATCHED:
            message = (
                f"More than {MAX_MATCHED:,} records match. Narrow the filter, for example by created_at, and "
                "send several requests."
            )
            raise InvalidQuery([Problem("filter", "too-many-matches", message)])
        if len(page) < _PAGE:
            return found


async def _found(target: Target, op: Doing, query: Query, only: Filter, limit: int) -> list[tuple[UUID, int]]:
    """Return the ids and versions of records that match, in the order of their ids."""
    values: list[object] = []
    wanted = And((only, target.searched(query.filter, query.words), _allowed(target, op)))
    where = target.records(wanted, values)
    source = Source(target.model, where, target.hops(fields_of(query.filter), values), target.readable)
    window = Window(_BY_ID, limit)
    plan = target.plan(
        lambda: reading(source, ("id", "version"), window, target.dialect),
        *("matching", where, source.hops, window),
    )
    found = await target.read(plan, values)
    rows = [found.stored(row, ("id", "version")) for row in found.rows]
    return [(one if isinstance(one, UUID) else UUID(one), version) for one, version in rows]


async def _act(
    target: Target, op: Doing, query: Query, ids: Sequence[UUID], changes: Row, now: datetime
) -> list[Item]:
    """Do it to those of the records that match now. Those that others change in between are looked for
    again, in a transaction that sees the change.
    """
    items = await _attempt(target, op, query, ids, changes, now)
    for _ in range(_ATTEMPTS - 1):
        missed = [item.id for item in items if item.status == _OTHER_VERSION and item.id]
        if not missed or target.engine.transaction_exists():
            break
        others = [item for item in items if item.status != _OTHER_VERSION]
        items = [*others, *await _attempt(target, op, query, missed, changes, now)]
    for item in items:
        if item.status == _OTHER_VERSION:
            item.fail(409, _CHANGED_MEANWHILE)
    return items


async def _attempt(
    target: Target, op: Doing, query: Query, ids: Sequence[UUID], changes: Row, now: datetime
) -> list[Item]:
    """Do it to those of the records that match, in one transaction; in several where that is too much. An
    item is 412 if its record was changed after it was found.
    """
    items: list[Item] = []

    async def work() -> None:
        these = Condition("id", "in", tuple(ids))
        found = await _found(target, op, query, these, PORTION)
        items[:] = [
            Item(place, one, dict(changes), version=version) for place, (one, version) in enumerate(found)
        ]
        await _ACTS[op](target, items, now)

    try:
        await target.unit(lambda: _all_or_nothing(target, work))
    except (TooManyDependents, ForeignKeyViolation) as error:
        if len(ids) > 1:
            half = len(ids) // 2
            halves = (ids[:half], ids[half:])
            parts = [await _attempt(target, op, query, part, changes, now) for part in halves]
            return [item for part in parts for item in part]
        for item in items:
            item.fail(409, _reason(error))
    return items


async def _all_or_nothing(target: Target, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work; what it has done is undone if it fails, within a transaction that goes on as well."""
    async with target.transaction() as transaction:
        savepoint = await transaction.savepoint()
        try:
            await work()
        except (TooManyDependents, ForeignKeyViolation):
            await savepoint.rollback_to()
            raise
        await savepoint.release()


def _reason(error: TooManyDependents | ForeignKeyViolation) -> Problem:
    if isinstance(error, TooManyDependents):
        return Problem("", error.code, str(error))
    return Problem("", "still-referenced", "Other records refer to it.")

"""KeptPlans: the plans of requests that occur again and again.

A plan is found by the schema view of the caller, which is another object after every change of the
definitions and of roles (:meth:`~tenant_schema.records.access.schema_view.SchemaView.of`), so nothing has to
be dropped here for a plan to be out of use. What decides whether a request is permitted is asked before.
"""

import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from piccolo_engines.lru import Lru
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.access.target import Target
from tenant_schema.records.reading.plans import Plan

__all__ = ["KeptPlans", "document_key", "pairs_key"]

_Plan = TypeVar("_Plan", bound=Plan)

_LONGEST: Final = 2_048
"""Characters of a request's query. The values in a plan are not much larger than that."""


class KeptPlans:
    """Plans by caller and request; those used last.

    :param plans: the maximum number of them, of all tenants.
    """

    def __init__(self, plans: int = 4_096) -> None:
        self._plans: Lru[Hashable, tuple[weakref.ref[SchemaView], Plan]] = Lru(plans)

    def plan(self, target: Target, kind: str, request: Hashable, build: Callable[[], _Plan]) -> _Plan:
        """Return the plan for a request, kept or built now.

        :param kind: what is done with the object; a kind has one type of plan.
        :param request: the query as it was sent; None if it is not to be kept.
        """
        if request is None or target.access.grants is None:  # without grants, no view is seen twice
            return build()
        schema = target.schema
        key = (id(schema), target.model.name, kind, request)
        kept = self._plans.get(key)
        if (
            kept is not None
            and kept[0]() is schema  # an id may be used again
            and kept[1].is_alive
            and kept[1].reading.dialect is target.dialect  # it may have moved to another kind of server
        ):
            return kept[1]  # type: ignore[return-value]  # the kind's
        plan = build()
        if plan.query.cursor is None:  # a cursor is used once
            self._plans.put(key, (weakref.ref(schema), plan))
        return plan

    def __len__(self) -> int:
        return len(self._plans)


def pairs_key(pairs: Sequence[tuple[str, str]]) -> Hashable:
    """Return the key of a query string; None for a long one."""
    return tuple(pairs) if sum([len(name) + len(text) for name, text in pairs]) <= _LONGEST else None


def document_key(document: Any) -> Hashable:
    """Return the key of a JSON query; None for a long one, or one that cannot be encoded."""
    if not _is_short(document):
        return None
    try:
        encoded = msgspec.json.encode(document)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return encoded if len(encoded) <= _LONGEST else None


def _is_short(document: Any) -> bool:
    """Whether it may be short. Looks at no more of a long document than the first few values."""
    left, values = _LONGEST, [document]
    while values:
        value = values.pop()
        if isinstance(value, str | dict | list):
            left -= len(value)
            if left < 0:
                return False
            if not isinstance(value, str):
                values += [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return True

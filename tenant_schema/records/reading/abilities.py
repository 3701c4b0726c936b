"""What the caller may do with each record of a read (``include=can``), read by the same statement.

Permissions are asked for each request, since callers who share a plan may differ in them. A row rule becomes
a value of the statement, and costs nothing where there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import ALL, Query
from tenant_schema.records.sql.compiler import with_slots
from tenant_schema.records.sql.shapes import Found
from tenant_schema.records.sql.statements import Flags

__all__ = ["Abilities", "Can", "abilities_of"]

Can = Mapping[str, bool]
"""Whether the caller may do it, by what is done: ``update``, or ``restore`` in the trash."""

_IN_USE: Final = MappingProxyType({"update": "update", "delete": "delete"})
_IN_TRASH: Final = MappingProxyType({"restore": "delete", "destroy": "delete"})
"""The permission and rule for each: of what is in the trash, those for deleting."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What is asked, and the conditions that the statement tells the truth of.

    :ivar actions: the action, as permissions name it, for each thing to do.
    :ivar flags: the row rules of these actions, under names of their own.
    """

    actions: Mapping[str, str]
    flags: Flags

    def of(self, target: Target, found: Found) -> Sequence[Can]:
        """Return what the caller may do with each of the rows."""
        access, name = target.access, target.model.name
        allowed = {what: access.allows(name, action) for what, action in self.actions.items()}
        ruled = dict(self.flags)
        by_rule = {
            what: flag for what in allowed if allowed[what] and (flag := _flag(self.actions[what])) in ruled
        }
        if not by_rule:
            return [allowed] * len(found.rows)
        stored = found.shape.stored
        return [
            allowed | {what: bool(stored(row, flag)) for what, flag in by_rule.items()} for row in found.rows
        ]


def abilities_of(target: Target, query: Query, values: list[object]) -> Abilities | None:
    """Return how the query's ``can`` is read; None if it does not ask. The values of rules are added."""
    if not query.can:
        return None
    actions, rights = _IN_TRASH if target.in_trash else _IN_USE, target.rights
    rules = {"update": rights.update, "delete": rights.delete}
    flags = [
        (_flag(action), with_slots(target.rule(rules[action]), target.access.user_id, values))
        for action in dict.fromkeys(actions.values())
        if rules[action] != ALL
    ]
    return Abilities(actions, tuple(flags))


def _flag(action: str) -> str:
    """The name of a rule's truth in a row; no field has it."""
    return f"${action}"

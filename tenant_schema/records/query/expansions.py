"""Parses ``expand``, as text and as JSON.

::

    expand=account,contacts,account.owner
    {"expand": ["account", "contacts"]}
    {"expand": {"account": {"fields": ["name"], "expand": ["owner"]},
                "contacts": {"filter": {"title": "CEO"}, "sort": ["-created_at"], "limit": 5}}}
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tenant_schema.records.query.conditions import QueryProblems
from tenant_schema.records.query.model import MAX_EXPANSIONS, MAX_HOPS, MAX_RELATED, Expansion, Query
from tenant_schema.records.query.relations import Ambiguous, Relation, Relations

__all__ = ["ExpansionReader", "Options", "ReadQuery"]

Options = Mapping[str, object]
ReadQuery = Callable[[Relation, Options, str], Query]
"""Reads the options of one expansion, except its own expansions."""

_MOST_NAMES: Final = MAX_EXPANSIONS * (MAX_HOPS + 1) * 2
"""Names of one list: more than can be expanded, so that what is given twice does no harm."""
_MOST_PARTS: Final = 2 * (MAX_HOPS + 1)
"""Dots of a path that are looked at: a relation's own name has one at most."""
_SHAPE: Final = "expand is a list of names, or an object of names and what to show of each."


@dataclass(slots=True)
class _Node:
    """One expansion as it is being put together."""

    relation: Relation
    where: str
    options: Options = field(default_factory=dict)
    inner: "dict[str, _Node]" = field(default_factory=dict)


class ExpansionReader:
    """Reads one ``expand``, counting as it goes.

    :param read_query: reads the filter, sort and so on of one expansion.
    """

    def __init__(self, collector: QueryProblems, read_query: ReadQuery) -> None:
        self.collector, self.read_query, self.number = collector, read_query, 0

    def read(
        self, given: object, relations: Relations, limit: int, names: Sequence[str]
    ) -> tuple[Expansion, ...]:
        """Return the expansions, for a page of at most ``limit`` records; problems for what cannot be
        expanded.

        :param names: the fields and paths to show of the records: of a lookup that is expanded, those beyond
            it are shown where it is not named itself.
        """
        nodes: dict[str, _Node] = {}
        self.collect(given, relations, nodes, "expand", 1)
        if self.number > MAX_EXPANSIONS:
            message = f"At most {MAX_EXPANSIONS} lookups and lists can be expanded at once."
            self.collector.add("expand", "too-many-expansions", message)
            return ()
        return self.finish(nodes, limit, names)

    def collect(
        self, given: object, relations: Relations, nodes: dict[str, _Node], where: str, depth: int
    ) -> None:
        """Everything that one ``expand`` names."""
        if isinstance(given, str):
            given = given.split(",", _MOST_NAMES)
        if isinstance(given, list):
            if len(given) > _MOST_NAMES:
                self.collector.add(where, "too-many-expansions", f"At most {_MOST_NAMES} names can be given.")
                return
            if all(isinstance(name, str) for name in given):
                given = {name: {} for name in given}
        if not isinstance(given, Mapping):
            self.collector.add(where, "invalid-type", _SHAPE)
            return
        for name, options in given.items():
            if self.collector.full or self.number > MAX_EXPANSIONS:
                return
            place = where if options == {} else f"{where}.{name}"
            self.collect_one(name, options, relations, nodes, place, depth)

    def collect_one(
        self,
        name: str,
        options: object,
        relations: Relations,
        nodes: dict[str, _Node],
        where: str,
        depth: int,
    ) -> None:
        """One name or path, with its options."""
        if options is True:
            options = {}
        if not isinstance(options, Mapping):
            self.collector.add(where, "invalid-type", _SHAPE)
            return
        node, depth = self.walk(name, relations, nodes, where, depth)
        if node is None:
            return
        node.options, node.where = {**node.options, **options}, where
        if "expand" in options:
            inner = relations.beyond(node.relation)
            self.collect(options["expand"], inner, node.inner, f"{where}.expand", depth + 1)

    def walk(
        self, name: str, relations: Relations, nodes: dict[str, _Node], where: str, depth: int
    ) -> tuple[_Node | None, int]:
        """Return the node at the end of a path, creating the nodes before it; None and a problem for an
        unknown path.
        """
        rest: Sequence[str] = name.split(".", _MOST_PARTS)
        node: _Node | None = None
        while rest:
            found = None if self.is_too_deep(depth, where) else self.step(rest, name, relations, where)
            if found is None:
                return None, depth
            relation, rest = found
            if relation.key not in nodes:
                nodes[relation.key] = _Node(relation, where)
                self.number += 1
            node = nodes[relation.key]
            relations, nodes, depth = relations.beyond(relation), node.inner, depth + 1
        return node, depth - 1

    def step(
        self, path: Sequence[str], name: str, relations: Relations, where: str
    ) -> tuple[Relation, Sequence[str]] | None:
        """Return the relation that a path begins with; None and a problem when there is none."""
        try:
            found = relations.find(path)
        except Ambiguous as several:
            message = f"There are several lists of {path[0]}: {', '.join(several.keys)}."
            self.collector.add(where, "ambiguous", message, several.keys[0])
            return None
        if found is None:
            start = name[: len(name) - len(".".join(path))]
            self.collector.unknown(where, "relation", name, [start + one for one in relations.names()])
        return found

    def is_too_deep(self, depth: int, where: str) -> bool:
        """Return whether there are too many relations within one another; if so, a problem."""
        if depth <= MAX_HOPS:
            return False
        self.collector.add(where, "too-deep", f"Expansions go {MAX_HOPS} deep at most.")
        return True

    def finish(self, nodes: Mapping[str, _Node], limit: int, names: Sequence[str]) -> tuple[Expansion, ...]:
        """Return the nodes as expansions of at most ``limit`` records; collects the problems of their
        options.
        """
        return tuple([self.finished(node, limit, names) for node in nodes.values()])

    def finished(self, node: _Node, limit: int, names: Sequence[str]) -> Expansion:
        """Return one expansion."""
        relation = node.relation
        query = self.read_query(relation, node.options, node.where)
        number = limit * query.limit if relation.many else limit
        if number > MAX_RELATED:
            message = (
                f"That may be {number:,} records for a page; {MAX_RELATED:,} are the most: lower a limit."
            )
            self.collector.add(node.where, "too-many-records", message)
        fields = _shown(node, query.fields, names)
        inner = self.finish(node.inner, number, fields)
        return Expansion(
            relation.key,
            relation.object_name,
            relation.lookup,
            relation.many,
            Query(fields, query.filter, sort=query.sort, limit=query.limit, expand=inner),
        )


def _shown(node: _Node, fields: tuple[str, ...], names: Sequence[str]) -> tuple[str, ...]:
    """Return the fields to show of an expansion's records: those that the expansion lists, or else those that
    ``fields`` names, as in ``fields=account.name``.
    """
    start = f"{node.relation.key}."
    beyond = [name.removeprefix(start) for name in names if name.startswith(start)]
    if node.relation.many or not beyond or node.relation.key in names or "fields" in node.options:
        return fields
    return tuple(beyond)

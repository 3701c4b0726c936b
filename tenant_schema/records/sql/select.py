"""A SELECT composed of Piccolo's expressions, with joins.

Piccolo's own ``select`` joins over ``ForeignKey`` columns only, which run-time tables do not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from piccolo.columns import Column
from piccolo.querystring import QueryString, Selectable
from piccolo.table import Table

from piccolo_engines.statements import Slot
from tenant_schema.records.sql.compiler import Predicate
from tenant_schema.records.sql.dialects.protocol import RecordsDialect

__all__ = ["Select"]


@dataclass(kw_only=True, slots=True)
class Select:
    """The clauses of a SELECT.

    :ivar order: expressions, each with whether it is descending.
    :ivar hints: the columns behind the results, by which the MySQL engine converts values; by default those
        among ``selected``.
    """

    table: type[Table]
    selected: Sequence[Selectable] = ()
    joins: Sequence[QueryString] = ()
    where: Predicate | None = None
    groups: Sequence[QueryString] = ()
    order: Sequence[tuple[Column | QueryString, bool]] = ()
    limit: int | None = None
    offset: Slot | None = None
    hints: Sequence[Column | None] | None = field(default=None)

    def querystring(self, dialect: RecordsDialect) -> QueryString:
        """Return the statement in the SQL of a database."""
        selected = [dialect.select_string(one) for one in self.selected]
        columns = ", ".join(["{}" if one.args else one.template for one in selected])
        template = f"SELECT {columns} FROM {self.table._meta.get_formatted_tablename()}"  # noqa: S608 (names and placeholders)
        template += "{}" * len(self.joins)
        arguments: list[object] = [*(one for one in selected if one.args), *self.joins]
        if self.where is not None:
            template += " WHERE {}"
            arguments.append(self.where.querystring)
        if self.groups:
            template += f" GROUP BY {_list(self.groups)}"
            arguments += self.groups
        if self.order:
            template += " ORDER BY " + ", ".join("{} DESC" if down else "{} ASC" for _, down in self.order)
            arguments += [what for what, _ in self.order]
        if self.limit is not None:
            template += f" LIMIT {self.limit}"
        if self.offset is not None:
            template += " OFFSET {}"
            arguments.append(self.offset)
        standard = QueryString(template, *arguments, table=self.table)
        return dialect.select(standard, self.table, self._hints())

    def _hints(self) -> list[Column | None]:
        if self.hints is not None:
            return list(self.hints)
        return [one if isinstance(one, Column) else None for one in self.selected]


def _list(parts: Sequence[object]) -> str:
    """Placeholders for a list."""
    return ", ".join(["{}"] * len(parts))

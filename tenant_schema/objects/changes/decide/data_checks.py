"""Checks that stored records fit a narrower definition, before a change is applied.

The conditions are SQL because Piccolo has no expressions for lengths, digits and duplicates. Names are quoted
and values are bound.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw

from piccolo_engines.identifiers import quote
from tenant_schema.objects.errors import WouldBreakData
from tenant_schema.objects.fields.fixed_decimal import FixedDecimal
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.object_indexes import ObjectIndex

__all__ = ["Functions", "count_records", "count_values", "refuse_doubles", "refuse_misfits"]

_SHOWN = 5
_NO_TRASH = '"deleted_at" IS NULL'
_TEXTS = frozenset({"text", "long_text", "email", "url", "phone"})


class Functions(Protocol):
    """The expressions of these checks that differ between databases."""

    def text_length(self, column: str) -> str:
        """The number of characters of a text; ``column`` is quoted."""

    def misfit_of_digits(self, column: str, kind: Column, precision: int, scale: int) -> str | None:
        """The condition that a decimal has too many digits for ``DECIMAL(precision, scale)``, where the
        database keeps columns of this ``kind`` as text; None where it compares numbers.
        """


@dataclass(frozen=True, slots=True)
class _Misfit:
    """A condition for records that do not fit, and the reason."""

    why: str
    sql: str
    values: tuple[object, ...] = ()


async def refuse_misfits(
    model: ObjectModel, old: FieldModel, new: FieldModel, tables: Mapping[str, str], functions: Functions
) -> None:
    """Check that the records of an object fit a changed field.

    :param model: the object before the change.
    :param tables: the names of the tables that lookups refer to, by target.
    :param functions: the expressions of the bound database.
    :raises WouldBreakData: some records do not fit.
    """
    for misfit in (*_misfits(model.table_name, old, new, functions), *_astray(old, new, tables)):
        await _refuse(model, new.name, misfit)


async def refuse_doubles(model: ObjectModel, index: ObjectIndex) -> None:
    """Check that no two records, in the trash or not, have the same values in a unique index. Raises
    :class:`WouldBreakData`.
    """
    columns = [quote(model.fields[name].column_name) for name in index.names]
    listed, there = ", ".join(columns), " AND ".join(f"{one} IS NOT NULL" for one in columns)
    doubles = f"SELECT {listed} FROM {quote(model.table_name)} WHERE {there} GROUP BY {listed}"  # noqa: S608 - quoted
    sql = f"({listed}) IN (SELECT * FROM ({doubles} HAVING COUNT(*) > 1) doubles)"  # noqa: S608 - quoted
    why = f"{', '.join(index.names)} are to be unique together"
    await _refuse(model, "indexes", _Misfit(why, sql))


async def _refuse(model: ObjectModel, field: str, misfit: _Misfit) -> None:
    where = WhereRaw(misfit.sql, *misfit.values)
    count = await model.table.count().where(where)
    if count:
        identity = model.columns["id"]
        rows = await model.table.select(identity).where(where).order_by(identity).limit(_SHOWN)
        raise WouldBreakData(field, count, [row["id"] for row in rows], misfit.why)


async def count_records(model: ObjectModel, *, with_trash: bool = True) -> int:
    """The number of records."""
    query = model.table.count()
    return int(await (query if with_trash else query.where(WhereRaw(_NO_TRASH))))


async def count_values(model: ObjectModel, field: FieldModel) -> int:
    """The number of records with a value in the field."""
    return int(await model.table.count().where(model.columns[field.name].is_not_null()))


def _misfits(table: str, old: FieldModel, new: FieldModel, functions: Functions) -> Iterator[_Misfit]:
    column = quote(old.column_name)
    if new.required and not old.required:
        blank = f" OR TRIM({column}) = ''" if old.type.name in _TEXTS else ""
        yield _Misfit(f"{new.name} is to be required", f"({column} IS NULL{blank}) AND {_NO_TRASH}")
    if new.unique and not old.unique:
        doubles = f"SELECT {column} FROM {quote(table)} WHERE {column} IS NOT NULL GROUP BY {column}"  # noqa: S608 - quoted
        sql = f"{column} IN (SELECT * FROM ({doubles} HAVING COUNT(*) > 1) doubles)"  # noqa: S608 - quoted
        yield _Misfit(f"{new.name} is to be unique", sql)
    yield from _too_long(column, old, new, functions)
    yield from _not_optional(column, old, new)
    yield from _too_many_digits(column, old, new, functions)


def _astray(old: FieldModel, new: FieldModel, tables: Mapping[str, str]) -> Iterator[_Misfit]:
    """A lookup with another target must have no values that are not ids of the new one."""
    if new.type.name != "lookup" or new.settings["target"] == old.settings.get("target"):
        return
    column, target = quote(old.column_name), new.settings["target"]
    ids = f'SELECT "id" FROM {quote(tables[target])}'  # noqa: S608 - quoted
    yield _Misfit(f"{new.name} is to look into {target}", f"{column} IS NOT NULL AND {column} NOT IN ({ids})")


def _too_long(column: str, old: FieldModel, new: FieldModel, functions: Functions) -> Iterator[_Misfit]:
    most, had = _longest(new), _longest(old)
    if most is not None and (had is None or most < had):
        why = f"{new.name} is to have at most {most:,} characters"
        yield _Misfit(why, f"{functions.text_length(column)} > {{}}", (most,))


def _longest(field: FieldModel) -> int | None:
    found: Any = field.type.json_schema(field).get("maxLength")
    return found if isinstance(found, int) else None


def _not_optional(column: str, old: FieldModel, new: FieldModel) -> Iterator[_Misfit]:
    if new.type.name == "select":
        options = _options(new)
        if old.type.name != "select" or set(_options(old)) - set(options):
            places = ", ".join("{}" for _ in options)
            sql = f"{column} IS NOT NULL AND {column} NOT IN ({places})"
            yield _Misfit(f"{new.name} is to have none but the options given", sql, tuple(options))
    if new.type.name == old.type.name == "multi_select":
        gone = sorted(set(_options(old)) - set(_options(new)))
        if gone:
            sql = " OR ".join(f"INSTR({column}, {{}}) > 0" for _ in gone)
            why = f"{new.name} is to lose {', '.join(gone)}"
            yield _Misfit(why, sql, tuple(f'"{one}"' for one in gone))


def _options(field: FieldModel) -> list[str]:
    return [option["value"] for option in field.settings["options"]]


def _too_many_digits(
    column: str, old: FieldModel, new: FieldModel, functions: Functions
) -> Iterator[_Misfit]:
    if not isinstance(new.type, FixedDecimal):
        return
    precision, scale = new.type.digits(new)
    if isinstance(old.type, FixedDecimal):
        had, had_scale = old.type.digits(old)
        if had - had_scale <= precision - scale and had_scale <= scale:
            return
    why = f"{new.name} is to have {precision} digits, {scale} of them decimals"
    exact = functions.misfit_of_digits(column, old.type.column(old), precision, scale)
    if exact is not None:
        yield _Misfit(why, exact)
        return
    limit = 10 ** (precision - scale)
    sql = f"{column} >= {limit} OR {column} <= -{limit}"
    if isinstance(old.type, FixedDecimal):
        sql += f" OR ROUND({column}, {scale}) <> {column}"
    yield _Misfit(why, sql)

"""JSON columns, and Arrays, which are stored as JSON."""

import json
from typing import Any

from piccolo.columns import Array, Boolean, Column
from piccolo.columns.combination import Where
from piccolo.columns.operators.comparison import ComparisonOperator
from piccolo.query.functions.array import (
    ArrayAppend,
    ArrayCat,
    ArrayOverlap,
    ArrayPrepend,
    ArrayRemove,
    ArrayReplace,
)
from piccolo.query.operators.json import GetChildElement, GetElementFromPath, JSONQueryString
from piccolo.querystring import QueryString

from piccolo_engines.mysql.dialect.patching import Patch, for_mysql
from piccolo_engines.mysql.literals import ServerSQL, quote_name, to_json
from piccolo_engines.mysql.statements import Bilingual

__all__ = ["PATCHES", "Contains", "ContainsNot", "ContainsOnly", "compare_documents", "item_document"]


class Contains(ComparisonOperator):
    template = "JSON_CONTAINS({name}, {value})"


class ContainsNot(ComparisonOperator):
    template = "NOT JSON_CONTAINS({name}, {value})"


class ContainsOnly(ComparisonOperator):
    template = (
        "NOT EXISTS (SELECT 1 FROM JSON_TABLE({name}, '$[*]' COLUMNS (item JSON PATH '$')) AS items "
        "WHERE NOT JSON_CONTAINS(items.item, {value}))"
    )


def _path(*keys: object) -> str:
    """Return a JSON path with quoted keys."""
    steps = (f"[{key}]" if isinstance(key, int) else "." + json.dumps(str(key)) for key in keys)
    return "$" + "".join(steps)


def _child(original: Any) -> Any:
    def method(self: GetChildElement, identifier: Any, key: Any, alias: str | None = None) -> None:
        original(self, identifier, key, alias)
        path = QueryString("CONCAT('$.\"', {}, '\"')", key) if isinstance(key, QueryString) else _path(key)
        self.mysql_form = QueryString("JSON_EXTRACT({}, {})", identifier, path)  # type: ignore[attr-defined]  # read when it is compiled

    return method


def _from_path(original: Any) -> Any:
    def method(
        self: GetElementFromPath, identifier: Any, path: list[str | int], alias: str | None = None
    ) -> None:
        original(self, identifier, path, alias)
        keys = [int(key) if isinstance(key, str) and key.isdecimal() else key for key in path]
        self.mysql_form = QueryString("JSON_EXTRACT({}, {})", identifier, _path(*keys))  # type: ignore[attr-defined]  # read when it is compiled

    return method


# MariaDB compares the result of a JSON function as text, except inside another function.
_OPEN = ServerSQL(mysql="", mariadb="CONCAT('', ")
_CLOSE = ServerSQL(mysql="", mariadb=")")


def compare_documents(left: object, operator: str, right: object) -> QueryString:
    """Compare two documents by value, not by text.

    On MariaDB objects are equal only if their keys are in the same order.
    """
    return QueryString(
        f"{{}}JSON_EXTRACT({{}}, '$'){{}} {operator} {{}}JSON_EXTRACT({{}}, '$'){{}}",
        *(_OPEN, left, _CLOSE),
        *(_OPEN, right, _CLOSE),
    )


def _comparison(operator: str) -> Any:
    def replace(original: Any) -> Any:
        def compare(self: JSONQueryString, value: Any) -> QueryString:
            form = compare_documents(self, operator, self.clean_value(value))
            return Bilingual(original(self, value), form)

        return compare

    return replace


def _array_where(operator: type[ComparisonOperator]) -> Any:
    return for_mysql(lambda self, value: Where(column=self, value=item_document(value), operator=operator))


def item_document(value: Any) -> Any:
    """Return the document to compare an item of an Array with."""
    if isinstance(value, Column | QueryString):
        return QueryString("JSON_EXTRACT(JSON_ARRAY({}), '$[0]')", value)
    return to_json(value)


def _item(self: Array, value: int) -> Any:
    if not isinstance(value, int):
        raise ValueError("Only integers can be used for indexing.")
    if value < 0:
        raise ValueError("Only positive integers are allowed.")
    element = self.copy()
    element.index = value + 1  # counted from one, as Piccolo does for PostgreSQL
    return element


def _select_item(original: Any) -> Any:
    def method(self: Array, engine_type: str, with_alias: bool = True) -> QueryString:
        if engine_type != "mysql" or not isinstance(self.index, int):
            selected: QueryString = original(self, engine_type, with_alias)
            return selected
        name = self._meta.get_full_name(with_alias=False)
        default: str = self._meta.get_default_alias()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
        alias = f" AS {quote_name(self._alias or default)}" if with_alias else ""
        return QueryString(f"JSON_EXTRACT({name}, '$[{self.index - 1}]'){alias}")

    return method


def _as_document(value: Any) -> Any:
    """Return a list, or a single item, as JSON text of a list."""
    if isinstance(value, Column | QueryString):
        return value
    return to_json(value if isinstance(value, list) else [value])


def _as_list(value: Any) -> Any:
    return (
        QueryString("JSON_ARRAY({})", value) if isinstance(value, Column | QueryString) else to_json([value])
    )


def _merge(self: Any, first: Any, second: Any) -> None:
    QueryString.__init__(self, "JSON_MERGE_PRESERVE({}, {})", first, second)
    self.result_name = _name_in_postgres(self)


def _name_in_postgres(function: object) -> str:
    """Return PostgreSQL's name of the result, such as ``array_cat``."""
    return "array_" + type(function).__name__.removeprefix("Array").lower()


def _remove(self: ArrayRemove, array: Any, value: Any) -> None:
    _rebuild(self, array, QueryString("items.item"), QueryString(" WHERE NOT {}", _is_item(value)))


def _replace(self: ArrayReplace, array: Any, old_value: Any, new_value: Any) -> None:
    item = QueryString("IF({}, {}, items.item)", _is_item(old_value), item_document(new_value))
    _rebuild(self, array, item, QueryString(""))


def _is_item(value: Any) -> QueryString:
    return QueryString("JSON_CONTAINS(items.item, {})", item_document(value))


# JSON_OVERLAPS, which MariaDB has only from 10.9 on.
_OVERLAPS = (
    ServerSQL(mysql="JSON_OVERLAPS(", mariadb="EXISTS (SELECT 1 FROM JSON_TABLE("),
    ServerSQL(mysql=", ", mariadb=", '$[*]' COLUMNS (item JSON PATH '$')) AS items WHERE JSON_CONTAINS("),
    ServerSQL(mysql=")", mariadb=", items.item))"),
)


def _overlap(self: Any, array_1: Any, array_2: Any) -> None:
    before, between, after = _OVERLAPS
    parts = (before, _as_document(array_1), between, _as_document(array_2), after)
    QueryString.__init__(self, "{}" * len(parts), *parts)
    self.cast_to = Boolean()  # read by the select around it


def _rebuild(self: Any, array: Any, item: QueryString, where: QueryString) -> None:
    """Expand an array, and aggregate its items again."""
    QueryString.__init__(
        self,
        "COALESCE((SELECT JSON_ARRAYAGG(JSON_EXTRACT({}, '$')) "
        "FROM JSON_TABLE({}, '$[*]' COLUMNS (item JSON PATH '$')) AS items{}), JSON_ARRAY())",
        item,
        _as_document(array),
        where,
    )
    self.result_name = _name_in_postgres(self)


PATCHES = (
    Patch(GetChildElement, "__init__", _child, "`->` takes only a column and a literal path in MySQL"),
    Patch(GetElementFromPath, "__init__", _from_path, "MySQL has no `#>`"),
    Patch(JSONQueryString, "__eq__", _comparison("="), "MySQL never finds a document equal to a text"),
    Patch(JSONQueryString, "__ne__", _comparison("!="), "MySQL never finds a document equal to a text"),
    Patch(Array, "any", _array_where(Contains), "raises for an engine it does not know"),
    Patch(Array, "not_any", _array_where(ContainsNot), "raises for an engine it does not know"),
    Patch(Array, "all", _array_where(ContainsOnly), "raises for an engine it does not know"),
    Patch(Array, "__getitem__", for_mysql(_item), "raises for an engine it does not know"),
    Patch(Array, "get_select_string", _select_item, "an item of JSON is extracted, not subscripted"),
    Patch(
        ArrayCat,
        "__init__",
        for_mysql(lambda self, array_1, array_2: _merge(self, _as_document(array_1), _as_document(array_2))),
        "raises for an engine it does not know",
    ),
    Patch(
        ArrayAppend,
        "__init__",
        for_mysql(lambda self, array, value: _merge(self, _as_document(array), _as_list(value))),
        "raises for an engine it does not know",
    ),
    Patch(
        ArrayPrepend,
        "__init__",
        for_mysql(lambda self, array, value: _merge(self, _as_list(value), _as_document(array))),
        "raises for an engine it does not know",
    ),
    Patch(ArrayRemove, "__init__", for_mysql(_remove), "raises for an engine it does not know"),
    Patch(ArrayReplace, "__init__", for_mysql(_replace), "raises for an engine it does not know"),
    Patch(ArrayOverlap, "__init__", for_mysql(_overlap), "raises for an engine it does not know"),
)

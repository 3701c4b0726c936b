"""The tables and columns that the bound database has, whatever its version."""

from collections.abc import Mapping
from typing import Final

from piccolo.querystring import QueryString

from piccolo_conf import DB

__all__ = ["stored_columns"]

# There is no Piccolo query for the databases' own catalogs.
_SQLITE: Final = (
    "SELECT m.name AS table_name, p.name AS column_name FROM sqlite_master AS m "
    "JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table'"
)
_MYSQL: Final = (
    "SELECT table_name AS table_name, column_name AS column_name FROM information_schema.columns "
    "WHERE table_schema = DATABASE()"
)


async def stored_columns() -> Mapping[str, set[str]]:
    """Return the names of the columns by table. One statement."""
    found: dict[str, set[str]] = {}
    for row in await DB.run_querystring(QueryString(_SQLITE if DB.engine_type == "sqlite" else _MYSQL)):
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    return found

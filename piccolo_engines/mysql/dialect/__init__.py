"""Piccolo's SQL for MySQL and MariaDB: a list of all changes to Piccolo.

:func:`install` is called once, when :mod:`piccolo_engines.mysql` is imported. The replacements apply to
tables of a MySQL engine only; for other engines Piccolo's originals are called. It fails with an unknown
version of Piccolo.
"""

from piccolo.query.base import Query

from piccolo_engines.mysql.dialect import (
    conditions,
    datetimes,
    documents,
    expressions,
    queries,
    relations,
    selects,
)
from piccolo_engines.mysql.dialect.ddl import alterations, columns, defaults, migrations, schemas, tables
from piccolo_engines.mysql.dialect.patching import Patch, UnknownPiccolo, apply
from piccolo_engines.mysql.dialect.writes import changes, inserts

__all__ = ["PATCHES", "Patch", "UnknownPiccolo", "install"]

PATCHES: tuple[Patch, ...] = (
    *queries.PATCHES,
    *columns.PATCHES,
    *defaults.PATCHES,
    *conditions.PATCHES,
    *expressions.PATCHES,
    *datetimes.PATCHES,
    *documents.PATCHES,
    *selects.PATCHES,
    *relations.PATCHES,
    *inserts.PATCHES,
    *changes.PATCHES,
    *tables.PATCHES,
    *alterations.PATCHES,
    *schemas.PATCHES,
    *migrations.PATCHES,
)
"""Every attribute of Piccolo that is replaced or added, with the reason."""


def install() -> None:
    """Add MySQL to Piccolo. Repeating it changes nothing.

    :raises UnknownPiccolo: when the installed Piccolo is not the one that the patches were written for.
    """
    if "mysql_querystrings" not in vars(Query):
        apply(PATCHES)

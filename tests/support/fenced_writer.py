"""``python -m tests.support.fenced_writer``: inserts rows into the table ``note`` until one is refused.

Standard input has one line of JSON: ``{"sqlite": path}`` or ``{"mysql": arguments of an engine}``. Prints the
number of each row that is committed, and at last the name of the error.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from piccolo.querystring import QueryString

from piccolo_engines.errors import ConnectionLost, DatabaseError
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sqlite import SQLiteEngine

__all__ = ["main"]


def _say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(where: dict[str, Any]) -> None:
    """Write until it is refused. A lost connection is opened again, as for a request that is run again."""
    engine: Any = MySQLEngine(where["mysql"]) if "mysql" in where else SQLiteEngine(Path(where["sqlite"]))
    number = 0
    while True:
        number += 1
        try:
            await engine.run_querystring(QueryString('INSERT INTO "note" ("n") VALUES ({})', number))
        except ConnectionLost:
            continue
        except DatabaseError as error:
            _say(type(error).__name__)
            break
        _say(number)
    await engine.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.stdin.readline())))

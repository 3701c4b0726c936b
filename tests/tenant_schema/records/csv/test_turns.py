"""An import gives the event loop its turn, whatever the file holds: measured as processor time between two
turns, so that a busy machine does not fail it.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tenant_schema.problems import SUGGESTIONS, SuggestionBudget
from tenant_schema.records.errors import ValidationFailed
from tests.support.frozen import freeze, unfreeze
from tests.tenant_schema.records.csv_callers import take_in
from tests.tenant_schema.records.models import Caller

MOST = 0.05
WIDE = "name,notes,count,weight,price,share,active,born,seen,opens,color,colors,extra,email,site,phone,code"
GOOD = (
    'n{0},"two\nlines {0}",{0},"1.234,50","1.234,50",10,ja,18/06/2020,18/06/2020 14:30,9:30,Red,red;green,'
    '"{{""a"":1}}",a{0}@b.example,https://b.example/x,+49 30 123,c{0}\n'
)
BAD = (
    'n{0},x,many,zz,zz,zz,perhaps,99/99/2020,nope,late,pink{0},redd;grren,"{{",nope,javascript:x,call,c{0}\n'
)


@contextmanager
def turns() -> Iterator[list[float]]:
    """How much processor time each turn of the loop took. What was made before is not looked through for
    garbage.
    """
    loop: Any = asyncio.get_running_loop()
    taken, run_once = [], loop._run_once

    def measured() -> None:
        started = time.thread_time()
        run_once()
        taken.append(time.thread_time() - started)

    freeze()
    loop._run_once = measured
    try:
        yield taken
    finally:
        loop._run_once = run_once
        unfreeze()


FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "good lines": (WIDE + "\n" + "".join(GOOD.format(number) for number in range(2_000)), {}),
    "bad lines": (WIDE + "\n" + "".join(BAD.format(number) for number in range(2_000)), {}),
    "lines that change records": (
        WIDE + "\n" + "".join(GOOD.format(number % 1_000) for number in range(2_000)),
        {"key": "code"},
    ),
    "a thousand columns": (",".join(f"c{number}" for number in range(1_000)) + "\nx\n", {}),
    "a mapping of many columns": (
        "name\nx\n",
        {"mapping": {f"column {number}": f"field {number}" for number in range(20_000)}},
    ),
    "cells of a megabyte": (
        f'name,colors,extra,born,price,email\nx,{"red;" * 200_000},"[{"1," * 400_000}1]",{"1" * 900_000},'
        f"{'1' * 900_000},{'x' * 900_000}\n",
        {},
    ),
    "a record of many lines": ("name\nx\n" + '"a\n",' * 900_000, {}),
    "many blank lines": ("name\n" + " , \n" * 200_000 + "x\n", {}),
    "lookups to lines above": (
        "name,code,parent.code\nn,c0,\n" + "".join(f"n,c{at},c{at // 2}\n" for at in range(1, 1_500)),
        {},
    ),
}


@pytest.mark.parametrize("name", FILES)
async def test_no_turn_is_longer_than_50_ms(caller: Caller, name: str) -> None:
    text, options = FILES[name]
    await take_in(caller, "name,price,born\nwarm,1,2020-01-01\n")
    token = SUGGESTIONS.set(SuggestionBudget())
    try:
        with turns() as taken:
            await asyncio.sleep(0)
            with suppress(ValidationFailed):
                await take_in(caller, text, good_lines=True, **options)
            await asyncio.sleep(0)
    finally:
        SUGGESTIONS.reset(token)
    assert max(taken) < MOST, f"{max(taken) * 1_000:.0f} ms in one turn"

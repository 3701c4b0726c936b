"""Runs changes in processes that are killed at a point: ``python -m`` this, with a line of JSON for each.

One process imports everything once and forks for each line; it has neither threads nor an event loop of its
own. It answers with the names of the points that the child passed, the last one the one it died at, if any.
"""

import asyncio
import gc
import json
import os
import signal
import sys
from typing import Any

from tests.tenant_schema.objects.changes.scenarios import SCENARIOS
from tests.tenant_schema.objects.changes.worlds import tenant_on


async def change(config: dict[str, Any], scenario: str, name: str, die_at: int, pipe: int) -> None:
    passed = 0

    def at(point: str) -> None:
        nonlocal passed
        os.write(pipe, f"{point}\n".encode())
        if passed == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    async with tenant_on(config, at=at) as tenant:
        await SCENARIOS[scenario].change(tenant, name)


def child(order: dict[str, Any], pipe: int) -> int:
    try:
        asyncio.run(change(order["config"], order["scenario"], order["name"], order["die_at"], pipe))
    except BaseException as error:  # noqa: BLE001 - told to whoever asked
        os.write(pipe, f"failed: {error!r}\n".encode())
        return 1
    return 0


def main() -> None:
    gc.freeze()
    gc.disable()
    for line in sys.stdin:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            os._exit(child(json.loads(line), writing))
        os.close(writing)
        with os.fdopen(reading) as told:
            points = told.read().split("\n")[:-1]
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"points": points, "killed": os.WIFSIGNALED(status)}), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()

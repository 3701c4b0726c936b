"""The cost of rights: lists for an administrator and for users with restricted fields or records.

``python -m benchmarks.rights [--records 2000] [--seconds 0.5] [--rounds 15] [--connections 8] [--database
sqlite]``

One server; the callers take turns, so that variations of the machine affect all of them. Every caller gets
the same records. The ratio is the processor time of a response to that of the administrator's (the median of
the rounds); the target is below 1.3.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.http import (
    HOST,
    INDUSTRIES,
    PASSWORD,
    Contestant,
    Round,
    bearer,
    call,
    fill,
    free_port,
    freehold_environment,
    one_round,
    running,
    sign_up,
)
from benchmarks.load import request_bytes
from benchmarks.stages import Stage, stage_of

__all__ = ["main"]

EVERYTHING = {"or": [{"owner": {"eq": "$me"}}, {"industry": {"in": list(INDUSTRIES)}}]}
"""A rule that lets every record of the benchmark pass, and that the database has to look at for each."""
HIDDEN = {"object": "accounts", "field": "annual_revenue", "read": False}
RULE = {"object": "accounts", "action": "read", "filter": EVERYTHING}
ROLES: dict[str, dict[str, Any]] = {
    "a hidden field": {"name": "fields", "permissions": ["accounts:read"], "fields": [HIDDEN]},
    "a row rule": {"name": "rules", "permissions": ["accounts:read"], "rules": [RULE]},
    "both": {"name": "both", "permissions": ["accounts:read"], "fields": [HIDDEN], "rules": [RULE]},
}
LISTS = {
    "list 25": "/api/v1/data/accounts?limit=25",
    "list 50, filtered and sorted": (
        "/api/v1/data/accounts?filter%5Bindustry%5D=technology&sort=-created_at,name&limit=50"
    ),
}


def callers(port: int, token: str) -> dict[str, str]:
    """Return the token of each caller, by their restriction."""
    found = {"administrator": token}
    for what, role in ROLES.items():
        call(port, "POST", "/api/v1/roles", role, host=HOST, token=token)
        user = {"email": f"{role['name']}@bench.example", "password": PASSWORD}
        body = user | {"roles": [role["name"]]}
        call(port, "POST", "/api/v1/users", body, host=HOST, token=token)
        found[what] = str(call(port, "POST", "/api/v1/auth/login", user, host=HOST)["accessToken"])
    key = call(port, "POST", "/api/v1/api-keys", {"name": "robot"}, host=HOST, token=token)
    found["the administrator's API key"] = str(key["token"])
    return found


async def measure(
    port: int, pid: int, tokens: dict[str, str], options: argparse.Namespace
) -> dict[tuple[str, str], list[Round]]:
    results: dict[tuple[str, str], list[Round]] = {}
    for _ in range(options.rounds):
        for name, path in LISTS.items():
            for who, token in tokens.items():
                request = request_bytes("GET", path, HOST, headers=bearer(token))
                found = await one_round(Contestant("Freehold", port, pid), partial(_always, request), options)
                results.setdefault((name, who), []).append(found)
    return results


def _always(request: bytes, _number: int) -> bytes:
    return request


def show(console: Console, results: dict[tuple[str, str], list[Round]]) -> None:
    table = Table("list", "caller", "responses /s", "CPU ms", "p50 ms", "ratio", "refused")
    for (name, who), rounds in results.items():
        own = results[name, "administrator"]
        ratio = statistics.median(one.cpu / other.cpu for one, other in zip(rounds, own, strict=True))
        table.add_row(
            name,
            who,
            f"{statistics.median(one.figures.per_second for one in rounds):,.0f}",
            f"{statistics.median(one.cpu for one in rounds):.2f}",
            f"{statistics.median(one.figures.p50 for one in rounds):.1f}",
            f"{ratio:.2f}",
            str(sum(one.figures.refused for one in rounds)),
        )
    console.print(table)


async def run(options: argparse.Namespace, console: Console, stage: Stage) -> None:
    port = free_port()
    environ = freehold_environment(stage.folder, port) | dict(stage.environ)
    freehold = str(Path(sys.executable).with_name("freehold"))
    setup = [freehold, "setup", "--no-env-file"]
    await asyncio.to_thread(
        subprocess.run, setup, env=os.environ | environ, check=True, stdout=subprocess.DEVNULL
    )
    with running([freehold, "serve"], port, environ) as pid:
        token, _ = sign_up(port, environ["OPERATOR_TOKEN"])
        await fill(port, token, options.records)
        show(console, await measure(port, pid, callers(port, token), options))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--database", choices=("sqlite", "mariadb", "mysql"), default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage_of(options.database, Path(folder)) as stage:
        asyncio.run(run(options, Console(), stage))


if __name__ == "__main__":
    main()

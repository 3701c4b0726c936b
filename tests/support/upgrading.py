"""Upgrades acme in a process that its migration kills.

``python -m tests.support.upgrading MIGRATIONS`` on the installation of the environment: as the version that
has the migrations of this folder in addition.
"""

import asyncio
import sys
from pathlib import Path

import api.composition
import api.tenant_level
from central.database import CENTRAL
from central.jobs.runner import JobRunner
from central.settings.settings import Settings
from central.upgrades.planning import UpgradeOptions
from tests.api.upgrades.fleet import apps_with

__all__: list[str] = []


async def _execute(migrations: Path) -> None:
    apps = apps_with(migrations)
    api.composition.tenant_apps = api.tenant_level.tenant_apps = lambda: apps
    platform = api.composition.compose(Settings.from_env())
    with CENTRAL.bind(platform.central_engine):
        await platform.upgrades.begin(UpgradeOptions(canary=["acme"], waves=[0.001], soak_seconds=0))
        await JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=2).drain()


if __name__ == "__main__":
    asyncio.run(_execute(Path(sys.argv[1])))

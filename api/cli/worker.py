"""``freehold worker``: a process that executes jobs and serves no requests."""

import asyncio
import signal

import rich_click as click

from api.cli.console import Output, say, with_output
from api.cli.session import load_settings, run
from api.composition import Platform
from api.server.lifespan import keep_up
from api.server.logs import configure_logs
from api.server.usage_exchange import exchange_usage
from central.jobs.runner import JobRunner

__all__ = ["worker"]


@click.command()
@click.option(
    "--jobs", "size", type=click.IntRange(1, 100), default=4, show_default=True, help="How many at once."
)
@click.option("--once", is_flag=True, help="Execute the jobs that are due, and end.")
@with_output
def worker(size: int, once: bool, out: Output) -> None:
    """Execute jobs until stopped. Running ones end with their current unit of work, or are given back.

    Serving processes execute jobs as well, unless JOBS_PER_PROCESS is 0.
    """
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    run(settings, lambda platform: _work(platform, size, once, out))


async def _work(platform: Platform, size: int, once: bool, out: Output) -> None:
    platform.tenant_migrator.preload()
    runner = JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=size)
    usage = asyncio.create_task(exchange_usage(platform))
    if once:
        await platform.jobs.release_abandoned(runner.kinds)
        await runner.drain()
        usage.cancel()
        return
    await platform.backups.start()
    upkeep = asyncio.gather(keep_up(platform), usage)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    running = asyncio.create_task(runner.run())
    out.event(event="started", jobs=size)
    if out.is_text:
        say(f"Freehold executes jobs, up to {size} at once.")
    await stopped.wait()
    await runner.stop(platform.settings.shutdown_timeout)
    upkeep.cancel()
    await asyncio.gather(running, upkeep, return_exceptions=True)

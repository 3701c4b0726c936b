"""The workspace in a browser: sizes, times and memory, each beside its bound.

``python -m benchmarks.workspace [--records 1000000] [--rounds 5] [--rows 10000]``

A tenant on SQLite gets that many accounts; ``freehold serve`` serves it, and Chromium opens it with software
rendering. Sizes are of scripts and styles as gzip sends them. Times are medians of the rounds, each in a new
profile with an empty cache, by the clock of this process.
"""

import argparse
import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from gzip import compress
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page
from rich.console import Console

from api.composition import compose
from benchmarks.figures import Figure, report
from benchmarks.http import free_port, freehold_environment, running
from benchmarks.million import fill
from central.database import CENTRAL
from central.provisioning.types import TenantRequest
from central.settings.settings import Settings
from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.users.tables import User
from tests.api.admin.chromium import launched

__all__ = ["main"]

EMAIL, PASSWORD = "ada@bench.example", "correct horse battery"
DIST: Final = Path(str(files("api.frontend"))) / "dist"
_SCROLLING: Final = Path(__file__).with_name("scrolling.js").read_text()
_STATIC_IMPORT: Final = re.compile(r'(?:\bfrom|\bimport)\s*["`]\./([\w.-]+\.js)["`]')


async def create_tenant(environ: dict[str, str], records: int) -> None:
    """Create central and a tenant with the records."""
    platform = compose(Settings.from_env(environ))
    await platform.central_migrator.migrate(platform.central_engine)
    request = TenantRequest(
        "bench", "Bench", "bench.localhost", admin_email=EMAIL, admin_password=PASSWORD, admin_name="Ada"
    )
    with CENTRAL.bind(platform.central_engine):
        created = await platform.provisioning.create(request)
        async with platform.tenancy.use(created.tenant):
            ada = await User.objects().get(User.email == EMAIL)
            bound: Any = DB.bound  # an engine of SQLite
    await platform.close()
    assert ada is not None
    engine = SQLiteEngine(bound.path, synchronous="OFF")  # whose statements may take minutes
    with DB.bind(engine):
        await fill(engine, "sqlite", records, ada.id)
    await engine.close()


def closure(first: str) -> set[str]:
    """The scripts that are loaded with one, by name."""
    found, left = set[str](), [first]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _STATIC_IMPORT.findall((DIST / "assets" / name).read_text())
    return found


def kilobytes(names: set[str]) -> float:
    return sum(len(compress((DIST / "assets" / name).read_bytes(), 9)) for name in names) / 1000


def sizes() -> Iterator[Figure]:
    """What the first page loads, and what a list and a record add to it and to the shell."""
    named = set(re.findall(r'"/assets/([^"]+)"', (DIST / "index.html").read_text()))
    scripts = {name for name in named if name.endswith(".js")}
    yield Figure("entry, scripts", kilobytes(scripts), "kB", at_most=170)
    yield Figure("entry, styles", kilobytes(named - scripts), "kB", at_most=20)
    shell = scripts | closure(_chunk("Shell"))
    for name, chunk, bound in (("list", "ListPage", 25), ("record", "RecordPage", 60)):
        own = closure(_chunk(chunk)) - shell
        yield Figure(f"{name}, scripts of its own", kilobytes({_chunk(chunk)}), "kB", at_most=bound)
        yield Figure(f"{name}, with what other pages share", kilobytes(own), "kB")


def _chunk(name: str) -> str:
    """The file of the chunk of this name."""
    found: Path = next((DIST / "assets").glob(f"{name}-*.js"))
    return found.name


async def sign_in_times(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds until the sign-in page is usable, and from signing in until rows of the list are there."""
    page = await browser.new_page()
    begun = time.perf_counter()
    await page.goto(f"{address}/login", wait_until="commit")
    await page.get_by_label("E-mail address").fill(EMAIL)
    usable = time.perf_counter() - begun
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.wait_for_load_state("networkidle")
    begun = time.perf_counter()
    await page.keyboard.press("Enter")
    await page.locator(".table-row").first.wait_for()
    rows = time.perf_counter() - begun
    await page.close()
    return usable, rows


async def heap_megabytes(page: Page) -> float:
    """What the page's scripts hold after a collection of garbage."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used = (await session.send("Runtime.getHeapUsage"))["usedSize"]
    await session.detach()
    return float(used) / 1_000_000


async def scrolling(browser: Browser, address: str, rows: int) -> list[Figure]:
    """Scroll through so many rows, twice: the second time all of them are known."""
    page = await browser.new_page()
    page.set_default_timeout(60_000)
    await page.goto(f"{address}/login?to=/o/accounts")
    await page.get_by_label("E-mail address").fill(EMAIL)
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(".table-row").first.wait_for()
    first = await page.evaluate(_SCROLLING, rows)
    heap = await heap_megabytes(page)
    await page.evaluate("document.querySelector('.table-frame').scrollTop = 0")
    await page.evaluate(_SCROLLING, rows)
    again = await heap_megabytes(page)
    await page.close()
    p95 = sorted(first["frames"])[int(len(first["frames"]) * 0.95)]
    return [
        Figure(f"scrolling through {rows:,} rows", first["seconds"], "s", at_most=8),
        Figure("frame while scrolling, 95th percentile", p95, "ms", at_most=60),
        Figure("rows in the page, at most", first["rows"], at_most=80),
        Figure("heap after scrolling", heap, "MB", at_most=60),
        Figure("heap, growth by scrolling through the same rows again", again - heap, "MB", at_most=2),
    ]


async def measure(address: str, records: int, rounds: int, scrolled: int) -> list[Figure]:
    async with launched() as browser:
        await sign_in_times(browser, address)  # warms the service, not the browser's profile
        times = [await sign_in_times(browser, address) for _ in range(rounds)]
        usable, rows = (statistics.median(one) for one in zip(*times, strict=True))
        return [
            Figure("sign-in page usable, cold", usable, "s", at_most=1),
            Figure(f"sign-in to first rows of {records:,}", rows, "s", at_most=0.6),
            *await scrolling(browser, address, scrolled),
        ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    console, port = Console(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        environ = freehold_environment(Path(folder), port)
        asyncio.run(create_tenant(environ, options.records))
        freehold = str(Path(sys.executable).with_name("freehold"))
        with running([freehold, "serve"], port, os.environ | environ):
            address = f"http://bench.localhost:{port}"
            measured = asyncio.run(measure(address, options.records, options.rounds, options.rows))
    report(console, [*sizes(), *measured])


if __name__ == "__main__":
    main()

"""What is wrong with the layout of a page as it is: too wide, or controls that are covered by others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page

__all__ = ["LAYOUTS", "layout_faults", "watched"]

LAYOUTS = (
    ("on a telephone", 360, 740, "ltr"),
    ("from right to left on a telephone", 360, 740, "rtl"),
    ("at 200 %", 600, 350, "ltr"),
    ("from right to left", 1200, 700, "rtl"),
)
"""Name, width and height in pixels, and direction. A window of 1200 to 700 at 200 % has half of each."""

_FAULTS = Path(__file__).with_suffix(".js").read_text()

_STILL = """
async direction => {
  document.documentElement.dir = direction;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.allSettled(document.getAnimations().map(one => one.finished));
}
"""

_WATCH = """
document.addEventListener("securitypolicyviolation", event =>
  globalThis.report?.(`${event.effectiveDirective} ${event.blockedURI}`));
"""


async def layout_faults(page: Page) -> list[str]:
    """The faults of the page in each of :data:`LAYOUTS`. Leaves it as it was."""
    size, found = page.viewport_size, list[str]()
    for name, width, height, direction in LAYOUTS:
        await _resize(page, width, height)
        await page.evaluate(_STILL, direction)
        found += [f"{name}: {fault}" for fault in await page.evaluate(_FAULTS)]
    await page.evaluate("document.documentElement.removeAttribute('dir')")
    if size is not None:
        await _resize(page, size["width"], size["height"])
    return found


async def _resize(page: Page, width: int, height: int) -> None:
    if page.viewport_size != {"width": width, "height": height}:
        await page.set_viewport_size({"width": width, "height": height})


@asynccontextmanager
async def watched(page: Page) -> AsyncIterator[list[str]]:
    """What the pages' policy forbids, and requests to other hosts, from now on."""
    found: list[str] = []
    await page.expose_function("report", lambda text: found.append(f"forbidden: {text}"))
    await page.add_init_script(_WATCH)

    def note(url: str) -> None:
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0].partition(":")[0]
        if (
            scheme in ("http", "https", "ws", "wss")
            and host != "localhost"
            and not host.endswith(".localhost")
        ):
            found.append(f"request to {url}")

    page.on("request", lambda request: note(request.url))
    yield found

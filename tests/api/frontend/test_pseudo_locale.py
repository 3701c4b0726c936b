"""A language that nobody speaks: English with accents, longer by half. It shows texts that are not in the
catalogue, and those that are cut off or push the page wider than a telephone.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, Route

from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.frontend.test_in_a_browser import Workspace, workspace

FRONTEND = Path(__file__).parents[3] / "frontend"
VITE = FRONTEND / "node_modules/vite/bin/vite.js"
ACCENTS = str.maketrans("aeiouAEIOUcnyCNY", "åéîøüÅÉÎØÜçñÿÇÑŸ")
ACCENTED = set("åéîøüÅÉÎØÜçñÿÇÑŸ")
PLACES = (
    *("/o/accounts", "/o/accounts/new", "/o/accounts/import", "/o/accounts/trash", "/account"),
    *("/setup/objects", "/setup/objects/accounts", "/setup/users", "/setup/roles", "/setup/apps"),
    *("/setup/sign-in", "/setup/keys", "/setup/sessions", "/setup/audit", "/setup/usage", "/setup/tenant"),
)
TEXTS = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (parent.closest("script, style, code, [aria-hidden=true]") || !parent.checkVisibility()) continue;
    found.push(node.textContent.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    if (one.checkVisibility() && !one.closest("[aria-hidden=true]"))
      for (const name of ["aria-label", "placeholder", "title"])
        found.push((one.getAttribute(name) ?? "").trim());
  return [...new Set(found)];
}
"""
CUT_OFF = """
() => [...document.querySelectorAll("button, a, label, h1, h2, h3, [role=tab], [role=menuitem]")]
  .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
    && getComputedStyle(one).overflowX !== "visible" && getComputedStyle(one).textOverflow !== "ellipsis"
    && !one.title)
  .map(one => one.textContent.trim().slice(0, 80))
"""

pytestmark = [
    ON_SQLITE,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not VITE.exists() or shutil.which("node") is None,
        reason="Vite is not installed: `make frontend` installs it",
    ),
]


def pseudo(text: str) -> str:
    """The text with accents and half as long again, outside of its placeholders."""
    parts = re.split(r"(\{[^}]*\})", text)
    words = "".join(part if part.startswith("{") else part.translate(ACCENTS) for part in parts)
    return f"{words} {'ø' * max(1, len(text) // 2)}" if len(text) > 3 else f"{words}ø"


def translated(message: Any) -> Any:
    if isinstance(message, str):
        return pseudo(message)
    if isinstance(message, list):
        return [translated(one) for one in message]
    variants = {case: pseudo(text) for case, text in message["match"].items()}
    return {**message, "match": variants}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frontend in that language, in the place of German."""
    folder = tmp_path_factory.mktemp("pseudo") / "frontend"
    shutil.copytree(FRONTEND, folder, ignore=shutil.ignore_patterns("node_modules", "paraglide"))
    (folder / "node_modules").symlink_to(FRONTEND / "node_modules")
    for english in (FRONTEND / "messages").rglob("en.json"):
        messages = json.loads(english.read_text())
        texts = {key: text if key == "$schema" else translated(text) for key, text in messages.items()}
        target = folder / english.relative_to(FRONTEND).with_name("de.json")
        target.write_text(json.dumps(texts))
    command = ["node", str(VITE), "build", "--outDir", str(folder / "dist"), "--logLevel", "error"]
    subprocess.run(command, cwd=folder, check=True, timeout=300)
    return folder / "dist"


async def speak(page: Page, dist: Path, service: httpx.AsyncClient) -> None:
    """Let the page load the built files of that language from the folder, and the rest from the service."""

    async def asset(route: Route) -> None:
        path = dist / "assets" / route.request.url.rpartition("/")[2]
        await (route.fulfill(path=path) if path.exists() else route.continue_())

    async def document(route: Route) -> None:
        if route.request.resource_type != "document":
            await route.fallback()
            return
        response = await service.get("/", headers={"Accept": "text/html"})
        nonce = re.search(r'name="csp-nonce" content="([^"]+)"', response.text)
        assert nonce is not None
        body = (dist / "index.html").read_text()
        body = body.replace('name="csp-nonce" content=""', f'name="csp-nonce" content="{nonce[1]}"')
        headers = {name: response.headers[name] for name in ("content-type", "content-security-policy")}
        await route.fulfill(status=200, headers=headers, body=body)

    await page.add_init_script("localStorage.setItem('PARAGLIDE_LOCALE', 'de')")
    await page.route("**/*", document)
    await page.route("**/assets/**", asset)


async def words_of(world: World) -> set[str]:
    """Every text that comes from the tenant: labels, names, values."""
    client, found = await world.user(), set[str]()

    def collect(value: Any) -> None:
        if isinstance(value, str):
            found.add(value.strip())
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                collect(one)

    paths = [
        *(
            "workspace",
            "objects",
            "roles",
            "users",
            "apps",
            "audit",
            "sessions",
            "permissions",
            "tenant-settings",
        ),
        *(f"objects/{name}" for name in ("accounts", "contacts", "opportunities")),
        *(f"data/{name}" for name in ("accounts", "contacts", "opportunities")),
    ]
    for path in paths:
        collect((await client.get(f"/api/v1/{path}")).json())
    return found


def untranslated(texts: list[str], known: set[str]) -> list[str]:
    """The texts that are neither the tenant's nor in that language."""

    def is_known(text: str) -> bool:
        return not re.search("[A-Za-z]{3}", text) or bool(ACCENTED & set(text)) or text in known

    return [
        text for text in texts if not is_known(text) and not all(map(is_known, re.split(r"[·:,()]\s*", text)))
    ]


async def faults_of(shown: Workspace, place: str, known: set[str]) -> list[str]:
    page = shown.page
    await page.goto(f"{shown.address}{place}")
    await page.locator("h1").first.wait_for()
    await shown.settles()
    found = [f"{place}: not translated: {text!r}" for text in untranslated(await page.evaluate(TEXTS), known)]
    found += [f"{place}: cut off: {text!r}" for text in await page.evaluate(CUT_OFF)]
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found if wide <= 0 else [*found, f"{place}: {wide} pixels wider than the window"]


async def test_every_text_is_in_the_catalogue_and_has_room(
    world_with: Any, browser: Browser, built: Path
) -> None:
    async with (
        world_with(local=True) as world,
        workspace(world, browser, viewport={"width": 390, "height": 800}) as shown,
    ):
        client = await world.user()
        assert (await client.post("/api/v1/sample-data")).is_success
        await speak(shown.page, built, world.client("acme.localhost"))
        shown.expects_refusals = True
        await shown.page.goto(shown.address)
        await shown.page.locator("input[type=email]").fill("administrator@acme.example")
        known = {"Acme Corporation", "administrator@acme.example"}
        faults = untranslated(await shown.page.evaluate(TEXTS), known)
        await sign_in(shown)
        known = {*await words_of(world), "UTC", "https://app.example.com"}
        known.add(await shown.page.evaluate("navigator.userAgent"))  # of the session, as data
        for place in PLACES:
            faults += await faults_of(shown, place, known)
        assert not faults, "\n".join(faults)


async def sign_in(shown: Workspace) -> None:
    await shown.page.locator("input[type=password]").fill(PASSWORD)
    await shown.page.locator("button[type=submit]").click()
    await shown.page.locator("h1").first.wait_for()

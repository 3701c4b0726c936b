"""The provider of npm's oidc-provider, in a process of its own, and people who sign in at its pages."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.node import install_package
from tests.support.processes import free_port

__all__ = ["RealProvider", "install_provider", "real_provider"]

_PACKAGE = Path(__file__).parents[1] / "oidc_provider"
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
_ACTION = re.compile(r'<form[^>]*action="([^"]+)"')
_MOST_PAGES = 20


def install_provider(folder: Path) -> str:
    """Install the provider into ``folder``, and return the path of Node.js. Raises NodeMissing."""
    node = install_package(_PACKAGE, folder)
    (folder / "provider.mjs").write_text((_PACKAGE / "provider.mjs").read_text())
    return node


@dataclass(frozen=True)
class RealProvider:
    """A provider that listens."""

    port: int
    client: tuple[str, str]
    process: "subprocess.Popen[str]"

    @property
    def issuer(self) -> str:
        """The issuer."""
        return f"http://localhost:{self.port}"

    def change(self, **change: Any) -> None:
        """Rotate the keys (``rotate=True``), or set the clock (``clock=seconds``)."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(change) + "\n")
        self.process.stdin.flush()
        self.wait()

    def wait(self) -> None:
        """Wait until the provider says that it is ready."""
        assert self.process.stdout is not None
        for line in self.process.stdout:  # it prints notices as well
            if line == "ready\n":
                return
        raise AssertionError(f"the provider ended with {self.process.wait(10)}")

    def person(self, location: str, login: str, back: str) -> str:
        """What a person's browser is sent back to: follows redirects, and fills in the forms."""
        with httpx.Client() as browser:
            page = browser.get(location)
            for _ in range(_MOST_PAGES):
                if page.is_redirect:
                    to = str(page.url.join(page.headers["location"]))
                    if to.startswith(back):
                        return to
                    page = browser.get(to)
                    continue
                action = _ACTION.search(page.text)
                assert action is not None, page.text
                form = dict(_HIDDEN.findall(page.text)) | {"login": login, "password": "x"}
                page = browser.post(str(page.url.join(action[1])), data=form)
        raise AssertionError("the provider does not send the browser back")


@contextmanager
def real_provider(
    node: str, folder: Path, redirect_uri: str, people: Mapping[str, Mapping[str, Any]]
) -> Iterator[RealProvider]:
    """The provider with one client, until the end of the block."""
    port, client = free_port(), ("freehold", "a secret: for + tests/alone")
    registered = {"client_id": client[0], "client_secret": client[1], "redirect_uris": [redirect_uri]}
    settings = {"port": port, "clients": [registered], "people": people}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [node, "provider.mjs"],
            cwd=folder,
            env=os.environ | {"PROVIDER": json.dumps(settings)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        provider = RealProvider(port, client, process)
        try:
            provider.wait()
            yield provider
        finally:
            process.kill()
            process.communicate(timeout=10)

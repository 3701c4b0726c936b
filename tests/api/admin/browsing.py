"""A browser without a screen: it keeps cookies, repeats the CSRF token, and asks what the front end asks."""

from typing import Any

import httpx

from tests.api.conftest import OPERATOR_TOKEN, PASSWORD, World

__all__ = ["Browser", "operators_browser", "tenants_browser"]


class Browser:
    """One browser on one host."""

    def __init__(self, world: World, host: str, **options: Any) -> None:
        self.http = world.client(host, **options)
        self.http.base_url = httpx.URL(f"https://{host}")  # so that Secure cookies are sent back

    async def open(self) -> httpx.Response:
        """The front page, with which the CSRF token comes."""
        answer = await self.http.get("/admin/")
        assert answer.status_code == 200, answer.text
        return answer

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-CSRFToken": self.http.cookies.get("csrftoken") or "",
            "Origin": f"https://{self.http.base_url.host}",
            "Sec-Fetch-Site": "same-origin",
        }

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        options.setdefault("headers", self.headers)
        return await self.http.request(method, f"/admin/{path}", json=body, **options)

    async def sign_in(self, username: str, password: str) -> httpx.Response:
        await self.open()
        return await self.send("POST", "public/login/", {"username": username, "password": password})

    async def get(self, path: str, **query: str) -> Any:
        """What an address of the private API answers."""
        answer = await self.http.get(f"/admin/api/{path}", params=query)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def rows(self, table: str, **query: str) -> list[dict[str, Any]]:
        found = await self.get(f"tables/{table}/", **query)
        rows: list[dict[str, Any]] = found["rows"]
        return rows

    async def submit(self, form: str, **values: Any) -> httpx.Response:
        return await self.send("POST", f"api/forms/{form}/", values)

    async def done(self, form: str, **values: Any) -> str:
        """What a form says when it is done."""
        answer = await self.submit(form, **values)
        assert answer.status_code == 200, answer.text
        said: str = answer.json()["custom_form_success"]
        return said

    async def refused(self, form: str, **values: Any) -> dict[str, str]:
        """What a form says against its fields; what is about none of them is under ``form``."""
        return said_against(await self.submit(form, **values))


def said_against(answer: httpx.Response) -> dict[str, str]:
    """The complaints of a 422 as the front end reads them."""
    assert answer.status_code == 422, (answer.status_code, answer.text)
    body = answer.json()
    if "custom_form_error" in body:
        return {"form": body["custom_form_error"]}
    return {one["loc"][-1]: one["msg"] for one in body["detail"]}


async def operators_browser(world: World, token: str = OPERATOR_TOKEN, name: str = "operator") -> Browser:
    """Signed in as an operator."""
    browser = Browser(world, "localhost")
    answer = await browser.sign_in(name, token)
    assert answer.status_code == 200, answer.text
    return browser


async def tenants_browser(world: World, person: str = "administrator", slug: str = "acme") -> Browser:
    """Signed in at a tenant."""
    browser = Browser(world, f"{slug}.localhost")
    answer = await browser.sign_in(f"{person}@{slug}.example", PASSWORD)
    assert answer.status_code == 200, answer.text
    return browser

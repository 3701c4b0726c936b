"""Two processes on one registry: what one of them is told, the other heeds within a second."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.support.processes import free_port, freehold, serving

TOKEN = "fho_" + "two-processes-one-registry-" * 2
WITHIN = 1.0


def call(
    port: int, method: str, host: str, path: str, body: object = None, token: str = TOKEN
) -> tuple[int, Any]:
    """The status and the JSON of one request to 127.0.0.1."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Host": host, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read())


def eventually(ask: Callable[[], int], wanted: int) -> float:
    """Seconds until the answer is the wanted one; the first one after :data:`WITHIN` must be."""
    started = time.monotonic()
    while True:
        asked = time.monotonic() - started
        if ask() == wanted:
            return asked
        assert asked <= WITHIN, f"still not {wanted} after {asked:.2f} s"
        time.sleep(0.02)


def change_definitions(first: int, second: int, admin: dict[str, str]) -> None:
    """An object and a field that come and go in the first process are there, and gone, in the second."""
    login = {"email": admin["email"], "password": admin["password"]}
    token = call(first, "POST", "acme.localhost", "/api/v1/auth/login", login)[1]["accessToken"]

    def ask(port: int, method: str, path: str, body: object = None) -> int:
        return call(port, method, "acme.localhost", f"/api/v1/{path}", body, token)[0]

    def seen(path: str) -> Callable[[], int]:
        return lambda: ask(second, "GET", path)

    assert ask(second, "GET", "data/deals") == 404
    assert ask(first, "POST", "objects", {"name": "deals"}) == 201
    eventually(seen("data/deals"), 200)
    assert ask(second, "GET", "data/deals?fields=stage") == 400
    assert ask(first, "POST", "objects/deals/fields", {"name": "stage", "type": "text"}) == 201
    eventually(seen("data/deals?fields=stage"), 200)
    assert ask(first, "DELETE", "objects/deals/fields/stage") == 204
    eventually(seen("data/deals?fields=stage"), 400)
    assert ask(first, "DELETE", "objects/deals") == 204
    eventually(seen("data/deals"), 404)


def change_access(first: int, second: int, admin: dict[str, str]) -> None:
    """Roles, rules, keys and users that change in the first process count in the second."""
    host, login = "acme.localhost", {"email": admin["email"], "password": admin["password"]}
    boss = call(first, "POST", host, "/api/v1/auth/login", login)[1]["accessToken"]

    def act(method: str, path: str, body: object = None) -> Any:
        status, answer = call(first, method, host, f"/api/v1/{path}", body, boss)
        assert status < 300, answer
        return answer

    account = act("POST", "data/accounts", {"name": "Globex"})["data"]["id"]
    ann = {"email": "ann@acme.example", "password": "correct horse battery"}
    user = act("POST", "users", ann)["user"]["id"]
    token = call(first, "POST", host, "/api/v1/auth/login", ann)[1]["accessToken"]
    key = call(first, "POST", host, "/api/v1/api-keys", {"name": "x", "roles": []}, token)[1]

    def seen(by: str, path: str) -> Callable[[], int]:
        return lambda: call(second, "GET", host, f"/api/v1/{path}", None, by)[0]

    assert seen(token, "data/accounts")() == 403
    act("PUT", f"users/{user}/roles", {"roles": ["viewer"]})
    eventually(seen(token, f"data/accounts/{account}"), 200)
    role = next(one["id"] for one in act("GET", "roles")["data"] if one["name"] == "viewer")
    mine = {"object": "accounts", "action": "read", "filter": {"owner": "$me"}}
    act("PUT", f"roles/{role}/rules", {"rules": [mine]})
    eventually(seen(token, f"data/accounts/{account}"), 404)
    assert seen(key["token"], "auth/me")() == 200
    act("DELETE", f"api-keys/{key['key']['id']}")
    eventually(seen(key["token"], "auth/me"), 401)
    act("POST", f"users/{user}/deactivate")
    eventually(seen(token, "auth/me"), 401)


def end_support(first: int, second: int, tenant: str, admin: dict[str, str]) -> None:
    """An operator who came in by the first process is out of the second soon after the tenant has said so."""
    host, login = "acme.localhost", {"email": admin["email"], "password": admin["password"]}
    boss = call(first, "POST", host, "/api/v1/auth/login", login)[1]["accessToken"]
    grant = call(first, "POST", "localhost", f"{tenant}/support", {"reason": "Ticket 4711"})[1]["id"]
    assert call(first, "POST", host, f"/api/v1/support/{grant}/grant", None, boss)[0] == 200
    url = call(first, "POST", "localhost", f"{tenant}/support/{grant}/ticket")[1]["ticketUrl"]
    ticket = {"ticket": url.partition("#ticket=")[2]}
    entered = httpx.post(f"http://127.0.0.1:{first}/api/v1/auth/ticket", json=ticket, headers={"Host": host})
    headers = {"Host": host, "Cookie": entered.headers["set-cookie"].partition(";")[0]}

    def seen_by_second() -> int:
        return httpx.get(f"http://127.0.0.1:{second}/api/v1/data/accounts", headers=headers).status_code

    assert seen_by_second() == 200
    assert call(first, "POST", host, f"/api/v1/support/{grant}/end", None, boss)[0] == 200
    eventually(seen_by_second, 401)


def test_a_change_in_one_process_counts_in_the_other_within_a_second(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path / "var"), "OPERATOR_TOKEN": TOKEN}
    freehold(["setup"], folder=tmp_path, environ=environ)
    first, second = free_port(), free_port()
    with (
        serving(folder=tmp_path, port=first, environ=environ | {"PORT": str(first)}),
        serving(folder=tmp_path, port=second, environ=environ | {"PORT": str(second)}),
    ):

        def seen_by_second() -> int:
            return call(second, "GET", "acme.localhost", "/api/v1/tenant")[0]

        assert seen_by_second() == 404
        tenant = {"name": "Acme", "slug": "acme", "primaryDomain": "acme"}
        status, made = call(first, "POST", "localhost", "/setup/tenants", tenant)
        assert status == 201, made
        eventually(seen_by_second, 200)
        address = f"/setup/tenants/{made['tenantId']}"
        for act, wanted in (("suspend", 403), ("resume", 200)):
            assert call(first, "POST", "localhost", f"{address}/{act}")[0] == 200
            eventually(seen_by_second, wanted)
        change_definitions(first, second, made["admin"])
        change_access(first, second, made["admin"])
        end_support(first, second, address, made["admin"])
        assert call(first, "DELETE", "localhost", address)[0] == 200
        eventually(seen_by_second, 404)

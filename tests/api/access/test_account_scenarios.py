"""The account, one-time links and sign-in settings: what each kind of caller gets."""

from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import Callers, Scenario, check, table

pytestmark = ON_SQLITE
_ONLY_USERS = {"guest": 401, "neighbour": 401, "operator": 401, "*": 200}
_ONLY_CENTRAL = {"operator": 200, "*": 401}


@table(
    Scenario(
        name="one's own account",
        method="GET",
        path="/api/v1/me",
        statuses=_ONLY_USERS,
        shows=('"passwordSet":true',),
        hides=("passwordHash", "neighbour"),
    ),
    Scenario(
        name="one's own language",
        method="PATCH",
        path="/api/v1/me",
        body={"language": "de-CH"},
        statuses=_ONLY_USERS,
        shows=('"language":"de-CH"',),
    ),
    Scenario(
        name="the account, on a central host",
        method="GET",
        path="/api/v1/me",
        host="localhost",
        statuses={"*": 404},
    ),
    Scenario(
        name="the ways to sign in",
        method="GET",
        path="/api/v1/auth/options",
        statuses={"*": 200},
        shows=('"forgot":',),
    ),
    Scenario(
        name="a forgotten password",
        method="POST",
        path="/api/v1/auth/forgot",
        body={"email": "member@acme.example"},
        statuses={"*": 202},
        hides=("fhl_", "member"),
    ),
    Scenario(
        name="a link that does not exist",
        method="POST",
        path="/api/v1/auth/link",
        body={"token": "fhl_" + "A" * 43},
        statuses={"*": 422},
    ),
    Scenario(
        name="reading sign-in settings",
        method="GET",
        path="/api/v1/sign-in-settings",
        statuses={"guest": 401, "neighbour": 401, "operator": 401, "administrator": 200, "*": 403},
    ),
    Scenario(
        name="changing sign-in settings",
        method="PATCH",
        path="/api/v1/sign-in-settings",
        body={"allowedOrigins": ["https://app.example.com"]},
        statuses={"guest": 401, "neighbour": 401, "operator": 401, "administrator": 200, "*": 403},
    ),
    Scenario(
        name="finding one's tenants",
        method="POST",
        path="/find",
        host="localhost",
        body={"email": "member@acme.example"},
        statuses={"*": 202},
        hides=("acme", "member"),
    ),
    Scenario(
        name="the jobs of the installation",
        method="GET",
        path="/setup/jobs",
        host="localhost",
        statuses=_ONLY_CENTRAL,
    ),
    Scenario(
        name="the jobs, on a tenant's host",
        method="GET",
        path="/setup/jobs",
        statuses={"*": 404},
    ),
)
async def test_what_each_caller_gets(world: World, scenario: Scenario, callers: Callers) -> None:
    await check(world, scenario, callers)

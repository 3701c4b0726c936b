"""Every screen of the workspace with its dialogs and menus, and a tenant with something to show on each."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from central.database import CENTRAL
from central.usage.metering import Measured, add_requests, write_measured
from tests.api.conftest import World
from tests.api.people import invite, made_role, made_user, role_id, user_id
from tests.support.thoroughly import THOROUGHLY

__all__ = [
    "CENTRAL_SCREENS",
    "ENTRY_SCREENS",
    "RECORD_SCREENS",
    "SETUP_SCREENS",
    "Screen",
    "prepare",
    "visits",
]

Act = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Screen:
    """A page, and what can be opened on it.

    :ivar path: with names of :func:`prepare` in braces.
    :ivar opens: by name, what opens a dialog or menu. The page is loaded anew before each but the first.
    """

    name: str
    path: str
    opens: tuple[tuple[str, Act], ...] = ()


def press(name: str, role: Any = "button") -> Act:
    begins = re.compile(f"^{re.escape(name)}")

    async def act(page: Page) -> None:
        await page.get_by_role(role, name=begins).first.click()

    return act


def steps(*acts: Act) -> Act:
    async def act(page: Page) -> None:
        for one in acts:
            await one(page)

    return act


def key(name: str) -> Act:
    async def act(page: Page) -> None:
        await page.keyboard.press(name)

    return act


def shows(text: str) -> Act:
    async def act(page: Page) -> None:
        await page.get_by_text(text).locator("visible=true").first.wait_for()

    return act


def in_dialog(role: Any) -> Act:
    async def act(page: Page) -> None:
        await page.get_by_role(role).first.wait_for()

    return act


async def select_all(page: Page) -> None:
    await page.get_by_label("Select all that are shown").check()


async def give_a_file(page: Page) -> None:
    lines = b"Name,Employees,Industry\nGlobex,12,finance\nInitech,many,technology\n"
    file = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": lines}
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="Check the file").click()
    await page.get_by_role("button", name="Import", exact=True).wait_for()


async def edit_the_phone(page: Page) -> None:
    await page.get_by_role("button", name="Edit: Phone").click()


async def type_for_palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await page.keyboard.type("north")
    await page.get_by_role("dialog").get_by_text("Northwind Logistics").first.wait_for()


RECORD_SCREENS = (
    Screen(
        "list",
        "/a/sales/accounts",
        (
            ("palette", type_for_palette),
            ("account", press("Your account")),
            ("keys", steps(press("Your account"), press("Keyboard shortcuts", "menuitem"))),
        ),
    ),
    Screen(
        "records",
        "/o/accounts",
        (
            ("filter", steps(press("Filter"), press("Add a condition"))),
            ("columns", press("Columns")),
            ("menu", press("More")),
            ("summary", steps(press("More"), press("Summary", "menuitem"), in_dialog("dialog"))),
            ("selection", select_all),
            ("set-a-field", steps(select_all, press("Set a field"), in_dialog("dialog"))),
            ("delete", steps(select_all, press("Delete"), in_dialog("dialog"))),
        ),
    ),
    Screen("opportunities", "/a/sales/opportunities"),
    Screen("customer", "/o/accounts/{northwind}"),
    Screen("filtered", "/o/accounts?filter=industry.in.technology&sort=-annual_revenue"),
    Screen("no-match", "/o/accounts?q=nobody-has-this-name"),
    Screen("wide-list", "/o/machines"),
    Screen("empty-list", "/o/projects"),
    Screen("wide-record", "/o/machines/{wide}"),
    Screen(
        "record",
        "/o/accounts/{account}",
        (
            ("edit", edit_the_phone),
            ("menu", press("More")),
            ("delete", steps(press("More"), press("Delete", "menuitem"), in_dialog("dialog"))),
            ("history", press("History", "tab")),
        ),
    ),
    Screen("no-record", "/o/accounts/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"),
    Screen("new-record", "/o/opportunities/new"),
    Screen("trash", "/o/accounts/trash"),
    Screen(
        "import",
        "/o/accounts/import",
        (("format", press("How the file is written")), ("checked", give_a_file)),
    ),
    Screen("welcome", "/welcome"),
    Screen("account", "/account"),
    Screen("not-found", "/nothing/here"),
)
"""Those of lists, records and one's own account, for somebody who may do everything."""

SETUP_SCREENS = (
    Screen("objects", "/setup/objects", (("new", steps(press("New object"), in_dialog("dialog"))),)),
    Screen(
        "object",
        "/setup/objects/accounts",
        (
            ("indexes", press("Indexes", "tab")),
            ("advice", press("Advice", "tab")),
            ("details", press("Details", "tab")),
        ),
    ),
    Screen("field-types", "/setup/objects/accounts/new-field"),
    Screen("new-field", "/setup/objects/accounts/new-field?type=lookup"),
    Screen("field", "/setup/objects/accounts/fields/industry"),
    Screen("users", "/setup/users", (("invite", steps(press("Invite"), in_dialog("dialog"))),)),
    Screen("user", "/setup/users/{member}"),
    Screen("roles", "/setup/roles", (("new", steps(press("New role"), in_dialog("dialog"))),)),
    Screen(
        "role",
        "/setup/roles/{sales}",
        (
            ("fields", press("Fields", "tab")),
            ("records", press("Records", "tab")),
            ("members", press("Members", "tab")),
            ("preview", press("Preview", "tab")),
        ),
    ),
    Screen("explain", "/setup/roles/explain?user={member}&object=accounts&action=update&record={account}"),
    Screen("apps", "/setup/apps", (("new", steps(press("New app"), in_dialog("dialog"))),)),
    Screen("app", "/setup/apps/sales", (("new-page", steps(press("New page"), in_dialog("dialog"))),)),
    Screen("list-page", "/setup/apps/sales/accounts"),
    Screen("record-page", "/setup/apps/sales/account"),
    Screen("sign-in", "/setup/sign-in"),
    Screen("provider", "/setup/sign-in/new"),
    Screen("keys", "/setup/keys", (("new", steps(press("New key"), in_dialog("dialog"))),)),
    Screen("sessions", "/setup/sessions"),
    Screen("audit", "/setup/audit"),
    Screen("usage", "/setup/usage"),
    Screen("tenant", "/setup/tenant"),
)
"""Those of the settings."""

ENTRY_SCREENS = (
    Screen("login", "/login?to=/o/accounts"),
    Screen("forgot", "/forgot"),
    Screen("invite", "/invite/{invitation}"),
    Screen("reset", "/reset/{reset}"),
    Screen("invite-expired", "/invite/fhl_of-nobody"),
)
"""Those of a tenant's host for somebody who is not signed in."""

CENTRAL_SCREENS = (Screen("front-door", "/"), Screen("find", "/find"), Screen("first", "/first"))
"""Those of a central host."""

_GO = "address => { history.pushState(null, '', address); }"
"""To another page, as the router's links do: what was open before is gone, what was loaded stays."""
_BETWEEN = "/welcome"
"""The page between two screens, so that each begins anew."""
_LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


async def prepare(world: World) -> dict[str, str]:
    """Fill the tenant acme, and return what the paths of the screens are made of."""
    admin = await world.user()
    assert (await admin.post("/api/v1/sample-data")).is_success
    values = {"name": _LONG, "phone": "+49 30 1", "description": f"{_LONG}\n\n{'Word ' * 60}"}
    account = await _created(admin, "accounts", **values)
    for number in range(3):
        gone = await _created(admin, "accounts", name=f"Gone {number}")
        assert (await admin.delete(f"/api/v1/data/accounts/{gone}")).status_code == 204
    await _wide_objects(admin)
    await _colour_the_stages(admin)
    rule = {"object": "accounts", "action": "update", "filter": {"owner": {"eq": "$me"}}}
    hidden = {"object": "accounts", "field": "annual_revenue", "read": False, "update": False}
    await made_role(world, "sales", "accounts:*", label="Sales", rules=[rule], fields=[hidden])
    await made_user(world, "sally", "sales")
    await admin.post("/api/v1/api-keys", json={"name": "Nightly import"})
    await _give_a_plan(world)
    member = await user_id(world, "member")
    reset = await admin.post(f"/api/v1/users/{member}/link", json={})
    northwind = (await admin.get("/api/v1/data/accounts", params={"search": "northwind"})).json()["data"][0]
    return {
        "account": account,
        "northwind": northwind["id"],
        "wide": await _created(admin, "machines", name="Wide", field_1=_LONG),
        "member": member,
        "sales": await role_id(world, "sales"),
        "invitation": (await invite(world, "grace@acme.example", "member"))["invitation"]["token"],
        "reset": str(reset.json().get("token", "fhl_x")),
    }


async def _give_a_plan(world: World) -> None:
    """One that is full, nearly full and unlimited, and a day that was counted."""
    plan, tenant = "professional-with-support-until-midnight", await world.tenant("acme")
    limits = {"requestsPerSecond": 10_000, "concurrentRequests": 500, "rows": 1_000, "users": 6}
    async with world.operator() as operator:
        assert (await operator.put(f"/setup/plans/{plan}", json=limits)).is_success
        assert (await operator.patch(f"/setup/tenants/{tenant.id}", json={"plan": plan})).is_success
    with CENTRAL.bind(world.platform.central_engine):
        await write_measured(tenant.id, tenant.slug, Measured(870, 4_194_304, 6, 8))
        await add_requests({tenant.id: (1_234_567, 12)})


async def _created(admin: Any, object_name: str, **values: Any) -> str:
    response = await admin.post(f"/api/v1/data/{object_name}", json=values)
    assert response.status_code == 201, response.text
    return str(response.json()["data"]["id"])


async def _wide_objects(admin: Any) -> None:
    """One with a hundred fields, and one without records."""
    name = {"name": "name", "label": "Name", "type": "text"}
    many = [{"name": f"field_{n}", "label": f"Reading of sensor {n}", "type": "text"} for n in range(99)]
    for object_name, label, fields in (
        ("machines", "Machine", [name, *many]),
        ("projects", "Project", [name]),
    ):
        body = {"name": object_name, "label": label, "pluralLabel": f"{label}s"}
        response = await admin.post("/api/v1/objects", json={**body, "fields": fields})
        assert response.status_code == 201, response.text


async def _colour_the_stages(admin: Any) -> None:
    field = "/api/v1/objects/opportunities/fields/stage"
    colours = ("gray", "blue", "cyan", "violet", "green", "red")
    options = (await admin.get(field)).json()["data"]["options"]
    coloured = [one | {"color": colour} for one, colour in zip(options, colours, strict=True)]
    assert (await admin.patch(field, json={"options": coloured})).is_success


async def visits(
    page: Page, address: str, screens: tuple[Screen, ...], names: dict[str, str]
) -> AsyncIterator[str]:
    """Open each screen, and then each of its dialogs and menus; the name of what is open."""
    for screen in screens:
        await _open(page, f"{address}{screen.path.format(**names)}")
        yield screen.name
        for at, (part, act) in enumerate(screen.opens):
            if at > 0:
                await _open(page, f"{address}{screen.path.format(**names)}")
            await act(page)
            yield f"{screen.name}-{part}"


async def _open(page: Page, address: str) -> None:
    """Load the page anew; within the workspace only if tests are thorough, otherwise as a link does."""
    if THOROUGHLY or address.endswith(_BETWEEN) or not await page.locator("#content").count():
        await page.goto(address)
        await page.locator("h1, h2").first.wait_for()
        return
    while await page.locator("[role=dialog]:visible, [role=menu]:visible, [role=listbox]:visible").count():
        await page.keyboard.press("Escape")
        await page.wait_for_timeout(20)
    await page.evaluate(_GO, _BETWEEN)
    between = page.get_by_role("heading", name="First steps")
    await between.wait_for()
    await page.evaluate(_GO, address)
    await between.wait_for(state="detached")
    await page.locator("h1, h2").first.wait_for()

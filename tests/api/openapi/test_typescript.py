"""``schema.d.ts`` is TypeScript: the compiler takes it, and what it lets pass is what the API lets pass."""

import os
from pathlib import Path

import pytest

from tests.api.conftest import ON_SQLITE, World
from tests.api.every_type import EVERY_TYPE
from tests.api.objects.test_objects import shown
from tests.support.node import NodeMissing
from tests.support.typescript import Compiler, install_compiler

pytestmark = ON_SQLITE

USE = """\
import type {
  AccountsRecord, ContactsCreate, ContactsRecord, Expanded, Objects, Page,
  Prototype_2xChange, Prototype_2xCreate, Prototype_2xFilter, Prototype_2xRecord, Prototype_2xSort,
} from "./schema";

const small: ContactsCreate = { last_name: "Scorpio" };
const whole: Prototype_2xCreate = {
  constructor: "x", stage: "it's", tags: ["a/b*/", "won"], money: "12.50", share: "7.00", account: null,
  extra: { any: ["thing", 1, null] }, seen: "2026-02-28T12:30:00Z", active: true, a_1: "0.125",
};
const change: Prototype_2xChange = { money: null };
const filter: Prototype_2xFilter = {
  stage: { in: ["open", "won"] }, money: { between: ["1", "2"] }, owner: "$me", "account.industry": "media",
  or: [{ active: true }, { tags: { contains: "won" } }], not: { constructor: { icontains: "x" } },
};
const sort: Prototype_2xSort[] = ["-money", "account.name", "number"];
type Contact = Expanded<"contacts", "account", never>;
function names(page: Page<Contact>): (string | undefined)[] {
  return page.data.map((contact) => contact.account?.name);
}
function people(account: Expanded<"accounts", never, "contacts">): ContactsRecord[] {
  return account.contacts.data;
}
function list<O extends keyof Objects>(object: O, filter: Objects[O]["filter"]): Objects[O]["record"][] {
  return [];
}
const found: AccountsRecord[] = list("accounts", { name: { startswith: "Glo" } });

// @ts-expect-error a field that is required is missing
const missing: ContactsCreate = { first_name: "Hank" };
// @ts-expect-error it is no option
const option: Prototype_2xCreate = { constructor: "x", stage: "shut" };
// @ts-expect-error it is text
const text: Prototype_2xChange = { constructor: 5 };
// @ts-expect-error the system sets it
const number: Prototype_2xChange = { number: "N-1" };
// @ts-expect-error there is no such field
const unknown: Prototype_2xFilter = { nme: "x" };
// @ts-expect-error a choice has no order
const order: Prototype_2xFilter = { stage: { gt: "open" } };
// @ts-expect-error what is long is not sorted by
const long: Prototype_2xSort = "interface";
function write(record: Prototype_2xRecord): void {
  // @ts-expect-error nobody writes it
  record.version = 2;
  record.stage = "won";
}
"""


@pytest.fixture(scope="session")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    """The compiler; without npm the test is skipped with a loud line, or fails where npm must be."""
    try:
        return install_compiler(tmp_path_factory.mktemp("typescript"))
    except NodeMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have TypeScript: {missing}")
        pytest.skip(f"NOT TESTED WITH TYPESCRIPT: {missing}")


async def test_the_compiler_takes_what_fits_and_refuses_what_does_not(
    world: World, compiler: Compiler, tmp_path: Path
) -> None:
    client = await world.user()
    shown(await client.post("/api/v1/objects", json=EVERY_TYPE))
    answer = await client.get("/api/v1/schema.d.ts")
    assert answer.headers["content-type"] == "text/typescript; charset=utf-8"
    (tmp_path / "schema.d.ts").write_bytes(answer.content)
    (tmp_path / "use.ts").write_text(USE)
    (tmp_path / "viewer.d.ts").write_text(await viewer_types(world))
    assert compiler.check(*(tmp_path / name for name in ("schema.d.ts", "use.ts", "viewer.d.ts"))) == []


async def viewer_types(world: World) -> str:
    types = (await (await world.user("viewer")).get("/api/v1/schema.d.ts")).text
    assert "create: never;" in types
    return types


async def test_types_are_for_who_signs_in(world: World) -> None:
    assert (await world.client().get("/api/v1/schema.d.ts")).status_code == 401

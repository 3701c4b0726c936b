"""``freehold shell``: Python in a tenant, from an argument or a pipe."""

import pytest

from tests.api.cli.conftest import Run


def test_what_is_given_is_run_with_the_tenant_bound(call: Run) -> None:
    source = "print(await User.count(), tenant.slug, list(objects))"
    assert call("shell", "acme", "-c", source).stdout == "4 acme ['accounts', 'contacts', 'opportunities']\n"


def test_what_comes_through_a_pipe_is_run_as_a_whole(call: Run) -> None:
    source = (
        "async def count():\n    return await User.count()\n\nfor _ in range(2):\n    print(await count())\n"
    )
    assert call("shell", "demo", stdin=source).stdout == "4\n4\n"


def test_tasks_and_transactions_see_the_tenant(call: Run) -> None:
    source = (
        "import asyncio\nfrom piccolo_conf import DB\n"
        "async with DB.transaction():\n"
        "    await Role(name='clerk', label='Clerk').save()\n"
        "print(await asyncio.gather(Role.count(), Role.exists().where(Role.name == 'clerk')))\n"
    )
    assert call("shell", "acme", "-c", source).stdout == "[5, True]\n"
    assert call("shell", "demo", "-c", "print(await Role.count())").stdout == "4\n"


@pytest.mark.parametrize(
    ("source", "status", "words"),
    [
        ("1 / 0", 1, "ZeroDivisionError"),
        ("await User.select(", 1, "SyntaxError"),
        ("exit()", 0, ""),
        ("import sys; sys.exit(3)", 1, ""),
    ],
)
def test_how_it_ends(call: Run, source: str, status: int, words: str) -> None:
    assert words in call("shell", "acme", "-c", source, status=status, traceback=True).stderr


def test_services_are_there(call: Run) -> None:
    source = "print([o.name for o in (await platform.catalog.all(scope)).values()][:1])"
    assert call("shell", "acme", "-c", source).stdout == "['accounts']\n"


def test_a_tenant_that_is_not_there(call: Run) -> None:
    assert "freehold tenants list" in call("shell", "nobody", "-c", "1", status=1).stderr

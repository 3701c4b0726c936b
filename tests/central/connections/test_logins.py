"""Which login an engine connects with while the tenant's password is being changed."""

from collections.abc import Sequence
from typing import Any

import pytest

from central.connections.budget import ConnectionBudget
from central.connections.engine import BudgetedEngine
from central.connections.login import Login
from central.connections.rules import BudgetRules
from central.connections.watchdog import Watchdog
from piccolo_engines.errors import AccessDenied
from piccolo_engines.mysql.sessions.session import Session


class Passwords:
    """Those that the server takes, and those that the registry has beside the one in use."""

    def __init__(self, accepted: str, *others: Sequence[str]) -> None:
        self.accepted = accepted
        self.others = list(others)
        self.asked = 0

    def login(self, password: str) -> Login:
        async def others() -> Sequence[Login]:
            self.asked += 1
            found = self.others.pop(0) if self.others else ()
            return [self.login(one) for one in found]

        return Login("acme", lambda: password, others)


class Engine(BudgetedEngine):
    """Connects to nothing: the password is taken or refused."""

    __slots__ = ("meanwhile", "passwords", "tried")

    def __init__(self, passwords: Passwords, first: str) -> None:
        async def end_thread(_thread: int) -> None:
            pass

        async def greets() -> bool:
            return True

        budget = ConnectionBudget(BudgetRules(), end_thread=end_thread)
        super().__init__({}, passwords.login(first), budget, Watchdog(1.0, greets, end_thread))
        self.passwords, self.tried, self.meanwhile = passwords, list[str](), list[str]()

    async def _open(self, config: Any) -> Session:
        password = config["password_creator"]()
        self.tried.append(password)
        if password == self.passwords.accepted:
            return object()  # type: ignore[return-value] # nobody looks at it
        if self.meanwhile:  # another task of this engine has found a new one
            login = self.passwords.login(self.meanwhile.pop())
            self.config, self._login = {**self.config, **login.for_driver()}, login
        raise AccessDenied


async def test_a_password_that_another_task_found_meanwhile_is_tried() -> None:
    engine = Engine(Passwords("second"), "first")
    engine.meanwhile = ["second"]
    assert await engine.get_new_connection()
    assert engine.tried == ["first", "second"]


async def test_a_password_that_changes_again_while_it_is_looked_for_is_looked_for_again() -> None:
    engine = Engine(Passwords("fourth", ["second"], ["third"], ["fourth"]), "first")
    assert await engine.get_new_connection()
    assert engine.tried[-1] == "fourth"


async def test_a_refusal_is_believed_when_the_registry_has_no_other_password() -> None:
    passwords = Passwords("changed by hand")
    with pytest.raises(AccessDenied):
        await Engine(passwords, "first").get_new_connection()
    assert passwords.asked == 1

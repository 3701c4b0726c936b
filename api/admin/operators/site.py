"""The operators' site at /admin of a central host. The password is one of the operator's tokens."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from api.admin.addresses import address_of
from api.admin.browser_session import NewSession
from api.admin.errors import ReadOnly, WrongToken
from api.admin.operators.forms import operator_forms
from api.admin.operators.tables import operator_tables
from api.admin.site import Form, Table
from api.composition import Platform
from api.requests.request import ApiRequest
from central.operators import audit
from central.operators.audit import Actor
from central.operators.service import OperatorRef
from piccolo_engines.columns import utc_now
from tenant_schema.users.factor_errors import FactorRequired

__all__ = ["OperatorSite", "OperatorVisit"]


class OperatorSite:
    """The site. It has no state."""

    words: Mapping[str, str] = {"Username": "Operator", "Password": "Token"}
    has_passwords = False

    def title(self, _request: ApiRequest) -> str:
        """The title."""
        return "Freehold for operators"

    async def sign_in(
        self, request: ApiRequest, username: str, password: str, code: str | None
    ) -> NewSession:
        """Start a session for an operator's name and token.

        Raises ``WrongToken``, ``FactorRequired`` and ``CodeInvalid``, and ``TooManyAttempts`` after repeated
        failures.
        """
        platform = request.platform
        name = username.strip().casefold()[:200]
        async with platform.admin.operator_throttle.attempt(name, request.address) as attempt:
            agent = request.header(b"user-agent") or ""
            prove = partial(platform.operator_factors.complete, code=code)
            try:
                session = await platform.admin.operator_sessions.begin(
                    username, password, request.address, agent, prove=prove
                )
            except FactorRequired:
                await platform.admin.operator_throttle.give_back(attempt)
                raise
            if session is None:
                raise WrongToken
            await platform.admin.operator_throttle.clear(attempt)
        await audit.record(_actor(request, session.operator), "operator.sign-in")
        return NewSession(session.secret, int((session.expires_at - utc_now()).total_seconds()))

    async def visit(self, request: ApiRequest, secret: str) -> "OperatorVisit | None":
        """Return the operator of a session."""
        operator = await request.platform.admin.operator_sessions.authenticate(secret)
        if operator is None:
            return None
        request.context.caller = operator.name
        return OperatorVisit(request, operator)

    async def sign_out(self, request: ApiRequest, secret: str) -> None:
        """End the session."""
        await request.platform.admin.operator_sessions.end(secret)


class OperatorVisit:
    """An operator's request."""

    renewed: Final = None

    def __init__(self, request: ApiRequest, operator: OperatorRef) -> None:
        self._platform: Platform = request.platform
        self._operator = operator
        self._actor = _actor(request, operator)
        self._address = partial(address_of, request)

    @property
    def name(self) -> str:
        """The operator's name."""
        return self._operator.name

    @property
    def user_id(self) -> str:
        """The operator's id."""
        return str(self._operator.id)

    async def tables(self) -> Mapping[str, Table]:
        """The tables of the registry and the journal."""
        return operator_tables(self._platform, self._actor)

    async def forms(self) -> Sequence[Form]:
        """The forms for tenants."""
        return operator_forms(self._platform, self._operator, self._actor, self._address)

    async def links(self) -> Mapping[str, str]:
        """The API documentation."""
        return {"API": "/schema"}

    async def change_password(self, current: str, new: str) -> None:  # noqa: ARG002 (the form of a visit)
        """Refused: an operator's password is a token."""
        raise ReadOnly("A token is not changed but replaced, with `freehold operators`.")


def _actor(request: ApiRequest, operator: OperatorRef) -> Actor:
    return Actor(operator.name, operator.id, request.context.id, request.address)

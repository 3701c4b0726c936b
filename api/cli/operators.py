"""``freehold operators``: manages operators and their tokens."""

from datetime import datetime
from uuid import UUID

import rich_click as click

from api.central_services import CentralServices
from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, load_settings, run_central
from api.schemas.operators import OperatorResponse, TokenResponse
from central.database import CENTRAL
from central.operators import audit
from central.operators.factors import list_factors, remove_factors
from central.operators.service import NewToken, OperatorRecord

__all__ = ["operators"]

_FACTOR_COLUMNS = ("operator", "id", "kind", "name", "created", "last_used")
_COLUMNS = ("operator", "active", "token_id", "token", "created", "last_used", "revoked")


@click.group()
def operators() -> None:
    """Operators and their tokens."""


@operators.command("create")
@click.argument("name")
@with_output
def _create_operator(name: str, out: Output) -> None:
    """Create an operator called NAME, or another token for an existing one, and print the token once."""
    created = run_central(load_settings(), lambda services: _create(services, name))
    result = {"name": created.operator.name, "tokenId": created.token_id, "token": created.token}
    out.one(result, lambda: say(_token_of(created)))


@operators.command("list")
@with_output
def _list_operators(out: Output) -> None:
    """List all operators with their tokens."""
    found = [
        _with_tokens(one) for one in run_central(load_settings(), lambda services: services.operators.list())
    ]
    out.many(found, "Operators", [row for operator in found for row in _rows(operator)], _COLUMNS)


@operators.command("revoke")
@click.argument("name_or_token_id")
@with_output
def _revoke_operator(name_or_token_id: str, out: Output) -> None:
    """Revoke one token by its id, or an operator with all their tokens by name. Effective immediately."""
    run_central(load_settings(), lambda services: _revoke(services, name_or_token_id))
    out.one({"revoked": name_or_token_id}, lambda: say(f"Revoked {name_or_token_id}."))


@operators.group("factors")
def _factors() -> None:
    """Second factors of operators for signing in to the admin."""


@_factors.command("list")
@with_output
def _list_factors(out: Output) -> None:
    """List the second factors of all operators."""
    found = run_central(load_settings(), lambda _: list_factors())
    rows = [
        {
            "operator": one.operator,
            "id": one.id,
            "kind": one.kind,
            "name": one.name,
            "created": _shown(one.created_at),
            "last_used": _shown(one.last_used_at),
        }
        for one in found
    ]
    out.many(found, "Second factors", rows, _FACTOR_COLUMNS)


@_factors.command("remove")
@click.argument("name")
@with_output
def _remove_factors(name: str, out: Output) -> None:
    """Remove all second factors and recovery codes of the operator called NAME."""
    removed = run_central(load_settings(), lambda _: _remove_all(name))
    out.one({"operator": name, "removed": removed}, lambda: say(f"{removed} factors of {name} were removed."))


async def _remove_all(name: str) -> int:
    async with CENTRAL.transaction():
        removed = await remove_factors(name)
        await audit.record(ACTOR, "operator.factors-remove", detail={"operator": name, "removed": removed})
    return removed


async def _create(services: CentralServices, name: str) -> NewToken:
    async with CENTRAL.transaction():
        known = {record.name for record in await services.operators.list()}
        create = services.operators.issue if name in known else services.operators.create
        created = await create(name)
        detail = {"operator": created.operator.name, "id": str(created.token_id)}
        await audit.record(ACTOR, "operator.create", detail=detail)
    return created


async def _revoke(services: CentralServices, name_or_token_id: str) -> None:
    async with CENTRAL.transaction():
        token_id = _token_id(name_or_token_id)
        if token_id is None:
            await services.operators.revoke(name_or_token_id)
        else:
            await services.operators.revoke_token(token_id)
        await audit.record(ACTOR, "operator.revoke", detail={"revoked": name_or_token_id})


def _token_of(created: NewToken) -> str:
    return f"The token of {created.operator.name}; it is shown only once:\n\n    {created.token}\n"


def _token_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _with_tokens(record: OperatorRecord) -> OperatorResponse:
    tokens = [
        TokenResponse(
            token.id, token.hint, token.created_at, token.expires_at, token.last_used_at, token.revoked_at
        )
        for token in record.tokens
    ]
    return OperatorResponse(record.id, record.name, record.active, record.created_at, tokens)


def _rows(operator: OperatorResponse) -> list[dict[str, object]]:
    about: dict[str, object] = {"operator": operator.name, "active": "yes" if operator.active else "no"}
    if not operator.tokens:
        return [about | dict.fromkeys(_COLUMNS[2:])]
    return [
        about
        | {
            "token_id": token.id,
            "token": f"{token.hint}…",
            "created": _shown(token.created_at),
            "last_used": _shown(token.last_used_at),
            "revoked": _shown(token.revoked_at),
        }
        for token in operator.tokens
    ]


def _shown(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"

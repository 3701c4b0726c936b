"""/api/v1/api-keys: keys by which programs act for people."""

from typing import Final

from litestar import delete, get, post

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import NOT_STORED, RawResponse, empty, json
from api.schemas.access import ApiKeyAnswer, ApiKeyList, NewApiKey, NewApiKeyAnswer, WhoseQuery

__all__ = ["ROUTES", "create_api_key", "list_api_keys", "revoke_api_key"]

_TAG = "API keys"


@get(
    "/api-keys",
    operation=Operation(
        id="listApiKeys",
        tag=_TAG,
        summary="One's own keys, the newest first",
        query=WhoseQuery,
        replies={200: Reply("The keys, without their secrets.", ApiKeyList)},
    ),
)
async def list_api_keys(request: TenantRequest) -> RawResponse:
    """One's own keys."""
    user_id = request.query_as(WhoseQuery).user_id
    found = await request.platform.people.api_keys.of_user(request.access, user_id)
    return json(ApiKeyList(data=[ApiKeyAnswer.of(one) for one in found]))


@post(
    "/api-keys",
    operation=Operation(
        id="createApiKey",
        tag=_TAG,
        summary="Make a key for a program",
        description=(
            "The program sends it where people send an access token: `Authorization: Bearer fhk_…`. It acts "
            "for you, with the roles that you give it and still have yourself. What it does is recorded as "
            "yours, by this key. A key cannot make keys."
        ),
        body=NewApiKey,
        body_example={"name": "Nightly import", "roles": ["member"], "expiresAt": "2030-01-01T00:00:00Z"},
        replies={201: Reply("The key; it is shown once.", NewApiKeyAnswer)},
    ),
)
async def create_api_key(request: TenantRequest) -> RawResponse:
    """Make a key."""
    given = await request.read(NewApiKey)
    made, text = await request.platform.people.api_keys.create(
        request.tenant, request.access, given.name, given.roles, given.expires_at
    )
    return json(NewApiKeyAnswer(token=text, key=ApiKeyAnswer.of(made)), 201, [NOT_STORED])


@delete(
    "/api-keys/{keyId:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="revokeApiKey",
        tag=_TAG,
        summary="Revoke a key",
        description="It is worth nothing from the next request on. Who may manage users can revoke anyone's.",
        replies={204: Reply("It is revoked.")},
    ),
)
async def revoke_api_key(request: TenantRequest) -> RawResponse:
    """Revoke a key."""
    key_id = request.asked_id("keyId", "API key")
    await request.platform.people.api_keys.revoke(request.tenant, request.access, key_id)
    return empty()


ROUTES: Final = (list_api_keys, create_api_key, revoke_api_key)

"""/api/v1/api-keys: keys with which programs act for users."""

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from api.requests.sources import Injected, Query
from api.responses import NOT_STORED, Json
from api.schemas.access import ApiKeyList, ApiKeyResponse, ListQuery, NewApiKey, NewApiKeyResponse
from api.schemas.paths import ApiKeyId
from tenant_schema.scope import TenantScope
from tenant_schema.users.api_keys.service import ApiKeys
from tenant_schema.users.rights.permissions import Access

__all__ = ["ApiKeyController"]


class ApiKeyController(Controller):
    """Users create, list and revoke their keys; those who may manage users revoke the keys of others."""

    path = "/api-keys"
    tags = ("API keys",)

    @get(
        "/",
        operation_id="listApiKeys",
        summary="The keys of a user, or of all users, newest first",
        response_description="The keys, without their secrets.",
        dependencies={"params": Query(ListQuery)},
    )
    async def list_api_keys(
        self, access: Injected[Access], api_keys: Injected[ApiKeys], params: Injected[ListQuery]
    ) -> ApiKeyList:
        """The keys of a user."""
        found = await (
            api_keys.of_everyone(access) if params.everyone else api_keys.of_user(access, params.user_id)
        )
        return ApiKeyList(data=[ApiKeyResponse.of(one) for one in found])

    @post(
        "/",
        operation_id="createApiKey",
        summary="Create a key for a program",
        description=(
            "The program sends it in place of an access token: `Authorization: Bearer fhk_…`. It acts for "
            "you, with the given roles as far as you still have them. Its actions are recorded as yours, by "
            "this key. A key cannot create keys."
        ),
        response_description="The key. Its token is shown once.",
        body_example={"name": "Nightly import", "roles": ["member"], "expiresAt": "2030-01-01T00:00:00Z"},
    )
    async def create_api_key(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        api_keys: Injected[ApiKeys],
        data: JSONBody[NewApiKey],
    ) -> Json[NewApiKeyResponse]:
        """Create a key."""
        key, token = await api_keys.create(tenant, access, data.name, data.roles, data.expires_at)
        return Json(NewApiKeyResponse(token=token, key=ApiKeyResponse.of(key)), headers=[NOT_STORED])

    @delete(
        "/{keyId:str}",
        operation_id="revokeApiKey",
        summary="Revoke a key",
        description="It is refused from the next request on. Users who may manage users can revoke any key.",
        response_description="The key was revoked.",
    )
    async def revoke_api_key(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        api_keys: Injected[ApiKeys],
        key_id: ApiKeyId,
    ) -> None:
        """Revoke a key."""
        await api_keys.revoke(tenant, access, key_id)

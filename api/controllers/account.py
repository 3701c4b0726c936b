"""/api/v1/me: the account of the caller."""

from litestar import Controller, get, patch
from litestar.params import JSONBody

from api.openapi.described import problems
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.schemas.account import AccountChangesBody, AccountResponse
from tenant_schema.scope import TenantScope
from tenant_schema.users.account.service import Account
from tenant_schema.users.rights.permissions import Access

__all__ = ["AccountController"]


class AccountController(Controller):
    """What users see and change of themselves. Their sessions and API keys are at /sessions and /api-keys."""

    path = "/me"
    tags = ("Account",)

    @get(
        "/",
        without_factor=True,
        operation_id="readAccount",
        summary="The caller's account",
        response_description="The account.",
    )
    async def read_account(self, access: Injected[Access], account: Injected[Account]) -> AccountResponse:
        """The caller's account."""
        return AccountResponse.of(await account.read(access))

    @patch(
        "/",
        operation_id="updateAccount",
        summary="Change the caller's account",
        description=(
            "A new e-mail address takes the current password, unless the user has none, and counts once it "
            "is confirmed by the link that is mailed to it; the old address gets a notice. Not for API keys, "
            "which may change everything else."
        ),
        response_description="The changed account.",
        responses=problems(409, 429),
        body_example={"name": "Ada Lovelace", "language": "en-GB", "timeZone": "Europe/London"},
    )
    async def update_account(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        account: Injected[Account],
        data: JSONBody[AccountChangesBody],
    ) -> AccountResponse:
        """Change the caller's account."""
        changed = await account.update(tenant, access, data.wanted(), request.address)
        return AccountResponse.of(changed)

"""/navigation: what a frontend needs to know after sign-in, in one request."""

from typing import Final

from litestar import get

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse
from api.schemas.navigation import NavigationAnswer

__all__ = ["ROUTES", "read_navigation"]


@get(
    "/navigation",
    operation=Operation(
        id="readNavigation",
        tag="Apps and pages",
        summary="What there is for you: apps, pages, objects, and what you may do with each",
        description=(
            "Everything that menus and the heads of lists are drawn from. Layouts are read page by page; an "
            "object's whole definition at /objects."
        ),
        replies={200: Reply("The navigation.", NavigationAnswer)},
        conditional=True,
    ),
)
async def read_navigation(request: TenantRequest) -> RawResponse:
    """What there is for the caller."""
    found = await request.platform.navigation.read(request.tenant, request.access)
    return request.tagged(NavigationAnswer.of(request.tenant, request.access, found))


ROUTES: Final = (read_navigation,)

"""AdminMount: serves /admin of one kind of host with Piccolo Admin's front end.

The front end is Piccolo Admin's own, its back end is this: every list, row and form uses the services that
REST uses, with the rights of the user. No route accesses a table in another way.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar, cast

import structlog
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from api.admin import assets, cookies, routes
from api.admin.browser_session import NewSession
from api.admin.errors import in_form, in_table, in_words
from api.admin.site import Site, Visit
from api.admin.words import languages, translation
from api.errors import InvalidBody, NotAuthenticated
from api.middleware.expect_continue import stop_if_tried
from api.problems.table import is_fault, status_of
from api.requests.request import ApiRequest
from api.responses import NOT_STORED, RawHeader, RawResponse, Stream, json
from tenant_schema.problems import Problem

__all__ = ["AdminMount"]

_Response = TypeVar("_Response", RawResponse, Stream, RawResponse | Stream)
_EXPLAINED: Final[Mapping[str, Callable[[Exception, str], RawResponse | None]]] = {
    "forms": in_form,
    "change-password": in_words,
}
_PREFIX: Final = "/admin"
_SAFE: Final = frozenset({"GET", "HEAD"})
_SAFETY: Final[Sequence[RawHeader]] = (
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class AdminMount:
    """An ASGI application around another one: /admin is the site's, everything else the other's.

    Expected errors of a form or a table are returned in the front end's format; unexpected ones are raised to
    the error boundary.
    """

    __slots__ = ("_app", "_log", "_request_class", "_site")

    def __init__(self, site: Site, request_class: type[ApiRequest], app: ASGIApp) -> None:
        self._site = site
        self._request_class = request_class
        self._app = app
        self._log = structlog.get_logger().bind()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        path: str = scope["path"]
        if path.startswith(_PREFIX) and path[6:7] in ("", "/"):
            return self._serve(cast("HTTPScope", scope), receive, send)
        return self._app(scope, receive, send)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        request = self._request_class(scope, receive, send)
        if scope["path"] == _PREFIX:
            response: RawResponse | Stream = RawResponse(308, [(b"location", b"/admin/")])
        else:
            response = await self._response(
                request, tuple(part for part in scope["path"].split("/")[2:] if part)
            )
        response.headers = [*response.headers, *_SAFETY]
        await response(scope, receive, send)

    async def _response(self, request: ApiRequest, segments: tuple[str, ...]) -> RawResponse | Stream:
        if segments[:1] == ("api",):
            return await self._private(request, segments[1:])
        if segments[:1] == ("public",):
            return await self._explained(request, self._public(request, segments[1:]), in_table)
        if request.method not in _SAFE:
            raise MethodNotAllowedException(headers={"allow": "GET, HEAD"})
        if not segments:
            return _with_csrf(request, await self._front_page(request))
        found = await assets.asset(request, "/".join(segments[1:])) if segments[0] == "assets" else None
        if found is None:
            raise NotFoundException
        return found

    async def _private(self, request: ApiRequest, segments: tuple[str, ...]) -> RawResponse | Stream:
        explain = _EXPLAINED.get(segments[0] if segments else "", in_table)
        return await self._explained(request, self._for_visitor(request, segments), explain)

    async def _front_page(self, request: ApiRequest) -> RawResponse:
        is_signed_in = await self._visit(request) is not None
        return await assets.front_page(
            request, is_signed_in=is_signed_in, has_passwords=self._site.has_passwords
        )

    async def _visit(self, request: ApiRequest) -> Visit | None:
        secret = cookies.session_secret(request)
        return None if secret is None else await self._site.visit(request, secret)

    async def _for_visitor(self, request: ApiRequest, segments: tuple[str, ...]) -> RawResponse | Stream:
        if request.method not in _SAFE:
            cookies.require_own_page(request)
        visit = await self._visit(request)
        if visit is None and segments == ("user",) and request.method == "GET":
            return json({"username": "", "user_id": ""})  # also requested by the sign-in page
        if visit is None:
            raise NotAuthenticated
        stop_if_tried(request)
        response = await routes.respond(request, visit, segments)
        return response if visit.renewed is None else _with_session(request, response, visit.renewed)

    async def _public(self, request: ApiRequest, segments: tuple[str, ...]) -> RawResponse:
        match (request.method, *segments):
            case ("GET", "meta"):
                return json(
                    {
                        "piccolo_admin_version": assets.FRONT_END_VERSION,
                        "site_name": self._site.title(request),
                    }
                )
            case ("GET", "translations"):
                return json(await languages())
            case ("GET", "translations", code):
                return _found(await translation(code, self._site.words))
            case ("POST", "login"):
                cookies.require_own_page(request)
                stop_if_tried(request)
                return await self._sign_in(request)
            case ("POST", "logout"):
                cookies.require_own_page(request)
                return await self._sign_out(request)
        raise NotFoundException

    async def _sign_in(self, request: ApiRequest) -> RawResponse:
        given = await request.read_object()
        username, password = given.get("username"), given.get("password")
        if not (isinstance(username, str) and isinstance(password, str)):
            raise InvalidBody([Problem("username", "required", "a name and a password are needed")])
        code = given.get("mfa_code")
        code = code if isinstance(code, str) and code else None
        session = await self._site.sign_in(request, username, password, code)
        response = _with_session(request, json({"message": "Signed in."}, headers=[NOT_STORED]), session)
        response.headers.append(cookies.csrf_cookie(request))  # a new token for the new session
        return response

    async def _sign_out(self, request: ApiRequest) -> RawResponse:
        secret = cookies.session_secret(request)
        if secret is not None:
            await self._site.sign_out(request, secret)
        response = json({"message": "Signed out."})
        response.headers.append(cookies.forget_session(request))
        return response

    async def _explained(
        self,
        request: ApiRequest,
        work: Awaitable[_Response],
        explain: Callable[[Exception, str], RawResponse | None],
    ) -> _Response | RawResponse:
        """Return the response, or the error as a message for the user."""
        try:
            return await work
        except (NotFoundException, MethodNotAllowedException):
            raise
        except Exception as error:
            response = explain(error, request.context.id)
            if response is None:
                raise
            if is_fault(error) and status_of(error) != 500:
                self._log.exception("failed", error=type(error).__name__)
            return response


def _with_session(request: ApiRequest, response: _Response, session: NewSession) -> _Response:
    response.headers.append(cookies.keep_session(request, session.secret, session.seconds))
    return response


def _with_csrf(request: ApiRequest, response: RawResponse) -> RawResponse:
    if cookies.csrf_token(request) is None:
        response.headers.append(cookies.csrf_cookie(request))
    return response


def _found(content: object) -> RawResponse:
    if content is None:
        raise NotFoundException
    return json(content)

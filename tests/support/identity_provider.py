"""An OpenID Connect provider that does what a test tells it, on a free port of this machine."""

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tenant_schema.users.oidc.authorization import pkce_challenge

__all__ = ["CLIENT", "HostileProvider", "Reply", "running_provider", "signing_key"]

CLIENT = ("freehold", "a secret: for + tests/alone")
"""The id and the secret of the only client; characters that have to be encoded included."""


@cache
def signing_key(number: int = 0) -> rsa.RSAPrivateKey:
    """A key for each number."""
    return rsa.generate_private_key(65537, 2048 + 0 * number)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: a body that is JSON unless it is bytes."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


Handler = Callable[[str, dict[str, str]], Reply]
"""Takes the Authorization header and the form."""


@dataclass
class HostileProvider:
    """A correct provider whose parts a test replaces.

    :ivar person: the claims of who signs in. :ivar token: changes of the id token's claims; None removes one.
    :ivar keys: those that are published, by key id. :ivar kid: which of them signs.
    :ivar metadata: changes of the metadata. :ivar replies: what paths reply instead.
    :ivar asked: the paths that were requested, in order.
    """

    port: int
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "ada", "email": "member@acme.example", "email_verified": True}
    )
    userinfo: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=lambda: {"one": signing_key()})
    kid: str = "one"
    sign: Callable[[dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    clock: float = 0.0

    @property
    def issuer(self) -> str:
        """The issuer."""
        return f"http://localhost:{self.port}"

    def authorize(self, location: str, **changes: str) -> str:
        """What a browser is sent back to by the authorization endpoint, once somebody has signed in there."""
        address = urlsplit(location)
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{self.issuer}/auth", location
        asked = {name: one for name, [one] in parse_qs(address.query, strict_parsing=True).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer} | changes
        return f"{asked['redirect_uri']}?{urlencode({k: v for k, v in back.items() if v})}"

    def reply(self, path: str, authorization: str, form: dict[str, str]) -> Reply:
        """The response to a request."""
        self.asked.append(path)
        if path in self.replies:
            return self.replies[path](authorization, form)
        known: dict[str, Handler] = {
            "/.well-known/openid-configuration": lambda *_: Reply(self._metadata()),
            "/jwks": lambda *_: Reply({"keys": [_jwk(key, kid) for kid, key in self.keys.items()]}),
            "/token": self.exchange,
            "/userinfo": lambda *_: Reply({"sub": self.person["sub"]} | self.userinfo),
        }
        return known[path](authorization, form) if path in known else Reply({}, 404)

    def _metadata(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True,
        } | self.metadata
        return {name: value for name, value in found.items() if value is not None}

    def exchange(self, authorization: str, form: dict[str, str]) -> Reply:
        """The token endpoint: a code works once, for its client, with its redirect URI and verifier."""
        asked = self.codes.pop(form["code"], None)
        if _client_of(authorization, form) != CLIENT:
            return Reply({"error": "invalid_client", "error_description": "a secret of the provider"}, 401)
        if (
            asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or pkce_challenge(form["code_verifier"]) != asked["code_challenge"]
        ):
            return Reply({"error": "invalid_grant"}, 400)
        return Reply(
            {"id_token": self.id_token(asked["nonce"]), "access_token": "at", "token_type": "Bearer"}
        )

    def id_token(self, nonce: str) -> str:
        """The signed token."""
        now = int(time.time() + self.clock)
        claims = {"iss": self.issuer, "aud": CLIENT[0], "nonce": nonce, "iat": now, "exp": now + 120}
        claims |= self.person | self.token
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return self.sign(claims)
        return jwt.encode(claims, self.keys[self.kid], "RS256", headers={"kid": self.kid})


def _client_of(authorization: str, form: dict[str, str]) -> tuple[str, str]:
    if not authorization.startswith("Basic "):
        return form.get("client_id", ""), form.get("client_secret", "")
    name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
    return unquote_plus(name), unquote_plus(secret)


def _jwk(key: Any, kid: str) -> dict[str, Any]:
    algorithm: Any = jwt.get_algorithm_by_name("RS256")
    found: dict[str, Any] = algorithm.to_jwk(key.public_key(), as_dict=True)
    return found | {"kid": kid, "use": "sig"}


@contextmanager
def running_provider() -> Iterator[HostileProvider]:
    """A provider that listens until the end of the block."""

    class Handling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._respond({name: one for name, [one] in parse_qs(body).items()})

        def _respond(self, form: dict[str, str]) -> None:
            reply = provider.reply(urlsplit(self.path).path, self.headers.get("Authorization", ""), form)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    server.daemon_threads = True
    provider = HostileProvider(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

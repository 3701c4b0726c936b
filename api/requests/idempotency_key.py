"""The header Idempotency-Key of requests that create tenants."""

from typing import Annotated, Final

from litestar.openapi.spec import Example
from litestar.params import HeaderParameter

from api.requests.request import ApiRequest
from api.requests.sources import FromRequest

__all__ = ["IDEMPOTENCY_KEY"]


def _key(request: ApiRequest) -> str | None:
    return request.header(b"idempotency-key")


IDEMPOTENCY_KEY: Final = FromRequest(
    _key,
    {
        "idempotency_key": Annotated[
            str,
            HeaderParameter(
                name="Idempotency-Key",
                required=False,
                description=(
                    "Of your choice, new for each new tenant. The same key and body give the same response, "
                    "without the passwords, and never a second tenant, for 7 days; the same key with another "
                    "body is 422."
                ),
                examples=[Example(id="key", value="0190f3a2-make-acme")],
                schema_extra={"minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            ),
        ]
    },
)
"""A provider of the key; None without it."""

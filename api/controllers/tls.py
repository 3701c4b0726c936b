"""/internal/tls/ask: tells a reverse proxy for which host names it may obtain certificates."""

from typing import Annotated, Final

from litestar import Controller, get
from litestar.exceptions import NotFoundException
from msgspec import Meta

from api.composition import Platform
from api.openapi.described import problems
from api.requests.sources import Injected, Query
from api.schemas.common import Input, Output
from central.errors import InvalidDomain
from central.hostnames import MAX_NAME, parse_base_domain
from central.registry import TenantRef
from central.tables import TenantStatus

__all__ = ["CertificateAllowed", "CertificateQuery", "TlsController"]

_SHOWN: Final = frozenset({TenantStatus.ACTIVE, TenantStatus.SUSPENDED})
"""The statuses in which visitors of a tenant's host name get a page."""


class CertificateQuery(Input):
    """The host name in question."""

    domain: Annotated[
        str, Meta(description="The host name.", max_length=MAX_NAME, examples=["crm.acme.example"])
    ]


class CertificateAllowed(Output):
    """The host name leads to a tenant, or is the platform's own."""

    domain: Annotated[str, Meta(description="In canonical form.", examples=["crm.acme.example"])]


class TlsController(Controller):
    """For the proxy that terminates TLS, such as Caddy's ``on_demand_tls``."""

    path = "/internal/tls"
    tags = ("Service",)

    @get(
        "/ask",
        operation_id="mayHaveCertificate",
        summary="May this host name have a certificate?",
        description=(
            "Responds to trusted proxies themselves only (`TRUSTED_PROXIES`), not to requests that they "
            "forward, for any Host header. The proxy asks before it obtains or renews a certificate."
        ),
        response_description="It may: requests for the name are served.",
        responses=problems(404),
        dependencies={"params": Query(CertificateQuery)},
    )
    async def ask(
        self, platform: Injected[Platform], params: Injected[CertificateQuery]
    ) -> CertificateAllowed:
        """Whether requests for this host name would be served now."""
        try:
            name = parse_base_domain(params.domain)
        except InvalidDomain:
            raise NotFoundException from None
        if name not in platform.settings.base_domains:
            tenant = await platform.resolver.resolve(name)
            if not isinstance(tenant, TenantRef) or tenant.status not in _SHOWN:
                raise NotFoundException
        return CertificateAllowed(domain=name)

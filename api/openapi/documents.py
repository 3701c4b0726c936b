"""The documents of an application: one for each kind of host, and one of all routes for the command line."""

from typing import Any, Final

from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI

from api.openapi.document import document_for
from api.openapi.hosts import CENTRAL_HOST, TENANT_HOST
from api.openapi.responses import SchemaResponses
from api.version import VERSION

__all__ = ["describe", "whole_document"]

_KINDS: Final = {"central": (CENTRAL_HOST,), "tenant": (TENANT_HOST,)}


def describe(app: Litestar) -> None:
    """Build the documents, as ``app.state.documents``, by the kind of host."""
    # Passed to Litestar's constructor, the configuration would bring routes of its own to /schema.
    app.openapi_config = OpenAPIConfig(title="Freehold", version=VERSION, create_examples=False)
    app.plugins.get(OpenAPIPlugin)._openapi_config = app.openapi_config
    app.state.documents = {
        name: SchemaResponses(document_for(app, kinds, VERSION)) for name, kinds in _KINDS.items()
    }


class _Whole(OpenAPI):
    """Litestar's document, which is the completed one as soon as it becomes JSON."""

    app: Litestar

    def to_schema(self) -> dict[str, Any]:
        """The completed document."""
        return document_for(self.app, (CENTRAL_HOST, TENANT_HOST), VERSION)


def whole_document(app: Litestar) -> OpenAPI:
    """The document of all routes."""
    given = app.plugins.get(OpenAPIPlugin).provide_openapi()
    whole = _Whole(info=given.info, components=given.components, paths=given.paths, servers=given.servers)
    whole.app = app
    return whole

"""The OpenAPI documents: what a route says of itself, and the document made of all of them."""

__all__: list[str] = []

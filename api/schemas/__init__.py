"""Structs for the bodies of requests and responses: camelCase, unknown fields refused."""

__all__: list[str] = []

"""Freehold over HTTP: application, host names, routes, errors, command line; no rules of the domain."""

__all__: list[str] = []

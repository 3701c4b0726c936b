"""The routes: permission, one service call, an answer; each with its part of the OpenAPI document."""

__all__: list[str] = []

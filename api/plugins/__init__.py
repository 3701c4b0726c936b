"""Plugins of Litestar's that the application is built with."""

__all__: list[str] = []

"""Piccolo Admin for operators and for tenants' administrators: its front end with this project's services."""

__all__: list[str] = []

"""Piccolo Admin for operators and for tenants' administrators: its front end over our own services."""

__all__: list[str] = []

"""The operators' admin: read-only tables of the registry and the journal, and forms for tenants."""

__all__: list[str] = []

"""The operators' admin: the registry and the journal to look at, and forms that act on tenants."""

__all__: list[str] = []

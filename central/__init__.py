"""The operators' side: the central database, and everything that acts on whole tenants."""

__all__: list[str] = []

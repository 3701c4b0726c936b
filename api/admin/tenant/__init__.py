"""The admin of a tenant: its users, their rights, its definitions, apps and records."""

__all__: list[str] = []

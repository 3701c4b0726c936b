"""The admin of a tenant: its people, what they may do, its definitions, apps and records."""

__all__: list[str] = []

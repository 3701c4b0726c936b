"""The users of a tenant: accounts, sign-in, sessions, API keys, roles and the audit trail."""

__all__: list[str] = []

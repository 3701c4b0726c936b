"""The people of a tenant: who they are, how they sign in, and what their roles allow."""

__all__: list[str] = []

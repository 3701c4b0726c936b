"""The host names of tenants outside of the base domains, and how a tenant proves that a name is its own."""

"""The roles of a tenant: read, created, changed and deleted, with what each of them grants."""

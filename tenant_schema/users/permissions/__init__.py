"""The permissions of a tenant: listed, created, described and deleted."""

"""Signing in on a central host for the users of all tenants, and its directory of addresses."""

"""One place to begin for the users of all tenants: signing in on a central host, and its directory."""

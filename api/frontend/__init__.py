"""The workspace: the single-page frontend on tenants' hosts, as built files that the package contains."""

"""The central database and the operations on whole tenants: registry, provisioning, operators, secrets."""

__all__: list[str] = []

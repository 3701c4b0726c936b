"""What lives inside one tenant's database: users, object definitions, records, apps and the standard objects.

Every call is made with the tenant's engine bound to the slot ``piccolo_conf.DB``; nothing here knows how a
tenant is found or where its database is.
"""

from piccolo_engines.imports import postpone

__all__: list[str] = []

postpone("webauthn")  # 5 MiB with what it imports, for the first who uses a passkey

"""Runs Piccolo migrations on the central database and on the databases of tenants."""

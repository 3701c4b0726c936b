"""Runs Piccolo migrations on the central database and on the tenants' databases."""

"""Upgrades of all tenants in waves, which their own traffic judges. See :mod:`central.upgrades.service`."""

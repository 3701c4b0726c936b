"""Connections to database servers: a budget for each server and process, shared by all tenants on it."""

__all__: list[str] = []

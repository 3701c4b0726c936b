"""Roles, permissions and what a user may do."""

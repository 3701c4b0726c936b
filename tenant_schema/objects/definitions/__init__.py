"""Definitions of objects and fields: drafts, names, limits and their checks."""

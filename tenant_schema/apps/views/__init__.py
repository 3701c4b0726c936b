"""Saved views of an object's records."""

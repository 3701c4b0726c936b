"""Rows of a result as Python values."""

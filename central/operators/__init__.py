"""Operators: their tokens, browser sessions and audit trail."""

"""Encryption keys, sealed secrets and stored credentials."""

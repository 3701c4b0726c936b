"""Signing in: credentials, access tokens and throttling."""

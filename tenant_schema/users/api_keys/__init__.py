"""API keys: credentials by which a program acts with some of a user's roles."""

"""OpenID Connect as a client: discovery, keys, authorization requests, tokens. Knows no tables."""

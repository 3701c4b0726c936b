"""From a host name to a tenant and its bound database engine."""

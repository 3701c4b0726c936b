"""From a host name to a tenant and its database engine."""

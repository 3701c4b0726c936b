"""Support access: an operator has access to the tenant for a limited time, if the tenant allows it."""

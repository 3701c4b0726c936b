"""Support access: an operator comes into the tenant for some minutes, if the tenant allows it."""

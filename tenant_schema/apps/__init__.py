"""Apps and their pages: how a tenant's objects are laid out for the people who work with them."""

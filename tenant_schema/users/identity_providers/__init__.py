"""The tenant's identity providers: set up by administrators, and the sign-ins through them."""

"""The directory: which tenants an e-mail address has an account in, without the addresses themselves."""

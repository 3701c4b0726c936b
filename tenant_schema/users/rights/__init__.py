"""The caller's rights: permissions, access, and the rules for changing it."""

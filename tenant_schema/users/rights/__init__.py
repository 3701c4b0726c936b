"""What a caller may do: permissions, access, and the rules for changing it."""

"""Second factors: TOTP, passkeys and recovery codes."""

"""Sign-in, sessions, access and refresh tokens, and the throttle for failed attempts."""

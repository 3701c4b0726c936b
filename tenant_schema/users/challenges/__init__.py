"""Challenges: what a client sends back in the second request of a sign-in."""

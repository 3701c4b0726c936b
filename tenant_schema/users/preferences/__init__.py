"""What frontends keep for each user."""

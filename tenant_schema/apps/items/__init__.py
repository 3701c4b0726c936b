"""What users mark as favourites, and what they saw lately."""

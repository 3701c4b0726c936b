"""Sessions: their rows, their refresh tokens, and the list that users see of them."""

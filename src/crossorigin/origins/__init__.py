"""What an origin is, and sets of them."""

"""Facts of the Fetch and URL standards, and no opinions."""

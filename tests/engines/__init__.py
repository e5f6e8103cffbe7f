"""A real browser judges the answers of real servers."""

"""Real servers of other stacks, started with what the dialects write, and asked as browsers ask."""

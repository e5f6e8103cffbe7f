"""The seeds of the cases that every run plays: one that is the same for everyone, and one that is its own."""

from __future__ import annotations

import os
import random

FIXED_SEED = 2025

#: The environment variable that sets the fresh seed.
VARIABLE = "DIFFERENTIAL_SEED"
FRESH_SEED = int(os.environ.get(VARIABLE) or random.SystemRandom().randrange(2**32))

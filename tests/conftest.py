"""What all tests share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Why: a noisy machine decides nothing; how fast the code is, bench/ measures.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

"""A browser for one's own tests: pages that call an app, and say what a script could read.

The pytest plugin has it as the fixture ``browser``; ``Page`` is the same for other test runners.
"""

from crossorigin.testing.page import Page, PageVerdict, assert_blocked, assert_readable

__all__ = ["Page", "PageVerdict", "assert_blocked", "assert_readable"]

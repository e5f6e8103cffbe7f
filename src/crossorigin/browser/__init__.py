"""What a browser would do: one call of a script, walked through the Fetch standard's CORS, without a browser.

``simulate(call, network)`` drives the walk; ``walk(call)`` is the walk itself, which asks for one exchange at a time.
"""

from crossorigin.browser.cache import PreflightCache
from crossorigin.browser.call import Call
from crossorigin.browser.main_fetch import simulate, walk
from crossorigin.browser.profiles import PROFILES, Profile
from crossorigin.browser.verdict import Exchange, Verdict

__all__ = ["PROFILES", "Call", "Exchange", "PreflightCache", "Profile", "Verdict", "simulate", "walk"]

"""One CORS policy, enforced in every web stack, explained in plain words.

The house, from the ground up; a module imports from lower floors only::

    cli · testing                    the command: one file per subcommand · the pytest plugin
    integrations · stores · probe    the doors: sockets, files, frameworks, clocks
    ─────────────────────────────    below this line: pure functions and frozen values
    dialects                         a policy in the words of other packages, and what is lost: read, write
    explanation                      why it was refused, and what to write instead: explain
    decision · browser               what the server should do: decide, compile · what a browser would do: simulate
    ruleset                          which policy serves which path
    policy                           what the owner allows: settings in, one Policy out
    origins                          one origin, one pattern, sets of them
    standard · messages              facts of the Fetch standard · Request and Response
    errors · reasons                 your settings are wrong · the protocol said no

Start with ``Policy``, put ``crossorigin.integrations.asgi.CORSMiddleware`` or ``.wsgi.CORSMiddleware`` around
the app, or take your framework's own integration beside them, and ask ``decide`` when you want to know why, or
``crossorigin check`` where a browser says "blocked by CORS policy".
"""

from crossorigin.decision import Decision, compile, decide  # noqa: A004 (the name users know it by)
from crossorigin.errors import PolicyError, PolicyWarning, SettingError
from crossorigin.policy import Policy
from crossorigin.reasons import Reason
from crossorigin.ruleset import Rule, Ruleset
from crossorigin.stores.file import load

__all__ = [
    "Decision",
    "Policy",
    "PolicyError",
    "PolicyWarning",
    "Reason",
    "Rule",
    "Ruleset",
    "SettingError",
    "compile",
    "decide",
    "load",
]

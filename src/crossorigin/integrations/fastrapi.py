"""FastrAPI: hands over what its server can carry.

The server is a Rust program that answers CORS by itself: no Python code sees its responses, and it reads six options
and nothing else. So what is sent is the server's: every OPTIONS request gets an empty 200 before the app, refused or
not; the lists are the ones configured, and ``*`` stays ``*``; ``Vary`` names the origin and both request headers; a
refused origin gets no allow-origin, but is told the expose list and the credentials; 404 and 500 carry the headers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.integrations._carrying import carry_options, carry_policy

if TYPE_CHECKING:
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset


class CORSMiddleware:
    """Carry a CORS policy to FastrAPI's server: the drop-in for the class of the same name.

    ``FastrAPI(middleware=[CORSMiddleware(...)])`` checks the options first. ``app.add_middleware(CORSMiddleware,
    ...)`` works, too, and checks nothing: the server reads the class's name and the options, and never calls it.

    :param policy: a policy, or a ruleset of one; then none of the options.
    :param options: those of the original, with its defaults.
    :raises PolicyError: something is wrong, or is more than the server can carry; it holds all mistakes at once.

    >>> CORSMiddleware(allow_origins=["https://app.example"]).kwargs["allow_methods"]
    ['GET', 'POST', 'PUT', 'DELETE']
    """

    def __init__(self, *, policy: Policy | Ruleset | None = None, **options: Any) -> None:  # noqa: ANN401 (see options)
        #: What the server looks at: a class of this name, and the six options.
        self.cls = CORSMiddleware
        self.kwargs: dict[str, Any] = carry_options(options) if policy is None else carry_policy(policy, options)


def install(app: Any, policy_or_ruleset: Policy | Ruleset | None = None, **options: Any) -> None:  # noqa: ANN401 (FastrAPI's is untyped)
    """Check a policy, then hand it to the server of *app*.

    :raises PolicyError: something is wrong, or is more than the server can carry; it holds all mistakes at once.
    """
    app.add_middleware(CORSMiddleware, **CORSMiddleware(policy=policy_or_ruleset, **options).kwargs)

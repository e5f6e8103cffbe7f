"""``CORS``: a policy for a whole app, for some of its paths, or for a blueprint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from crossorigin.integrations._answering import make_policy
from crossorigin.integrations.flask import _settings
from crossorigin.integrations.flask._door import Door
from crossorigin.integrations.flask._names import keep_known, warn_of_unknown_keys
from crossorigin.integrations.flask._resources import Resources, read_resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Unpack

    from flask import Flask

    from crossorigin.integrations.flask._options import AppOptions
    from crossorigin.integrations.flask._resources import Resource
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

_EXTENSION = "crossorigin"


class CORS:
    """Let other origins read what a Flask app, or a blueprint, answers.

    The app's ``wsgi_app`` is wrapped, so that preflights are answered before anything else, and every answer has the
    headers, also an error's. Options are looked for in ``resources``, then here, then in ``app.config``.

    :param app: an app or a blueprint; or None, and ``init_app`` later.
    :param policy: a policy or ruleset, which is answered in our way; or the options of flask-cors by name.
    :raises PolicyError: an option is wrong, or probably one of ``origins``, ``resources`` and ``supports_credentials``;
        it is a ``ValueError``. What merely has no effect is dropped with a ``PolicyWarning``.
    :raises TypeError: there are both a policy and options.
    """

    def __init__(
        self,
        app: Flask | Blueprint | None = None,
        *,
        policy: Policy | Ruleset | None = None,
        **options: Unpack[AppOptions],
    ) -> None:
        self._options = keep_known(options, "CORS")
        self._policy = policy
        if app is not None:
            self.init_app(app)

    def init_app(
        self, app: Flask | Blueprint, *, policy: Policy | Ruleset | None = None, **options: Unpack[AppOptions]
    ) -> None:
        """Answer for an app or a blueprint, with the options given here before those of the constructor.

        :raises PolicyError: an option is wrong.
        :raises TypeError: there are both a policy and options.
        """
        given = {**self._options, **keep_known(options, "CORS")}
        # Why: a blueprint has no config, and may be registered with many apps.
        config = {} if isinstance(app, Blueprint) else app.config
        warn_of_unknown_keys(config)
        policy = policy or self._policy
        pairs = [(re.compile(".*"), make_policy(policy, given))] if policy is not None else _make_all(config, given)
        resources = Resources(pairs)
        if isinstance(app, Blueprint):
            # Why: only then is it known which app it belongs to, and under which name.
            app.record(
                lambda state: _find_door(state.app).add(resources, f"{state.name_prefix}.{state.name}".strip("."))
            )
        else:
            _find_door(app).add(resources)


def _make_all(config: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Resource]:
    """Make the policy of each resource; those without options of their own have one policy."""
    merged = _settings.merge(config, given)
    common: Policy | None = None
    for path, written in read_resources(merged["resources"]):
        if own := keep_known(written, f"resources[{getattr(path, 'pattern', path)!r}]"):
            yield path, _settings.make({**merged, **own})
        else:
            common = common or _settings.make(merged)
            yield path, common


def _find_door(app: Any) -> Door:  # noqa: ANN401 (a Flask, which Flask's own types call an App)
    door = app.extensions.get(_EXTENSION)
    if not isinstance(door, Door):
        door = app.extensions[_EXTENSION] = Door(app)
        app.wsgi_app = door
    return door

"""The policy of a view: where it is written down, and how it is found again."""

from __future__ import annotations

import contextlib
import threading
import warnings
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.decision import compile_text
from crossorigin.errors import PolicyWarning
from crossorigin.integrations._answering import Rules, logger
from crossorigin.integrations.flask import _settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from crossorigin.policy import Policy

_MARK = "__crossorigin_view__"
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")


#: Why: warnings that two threads catch at a time are lost for the whole process.
_settling = threading.RLock()


class Settled(NamedTuple):
    """A view's policy in one app, and whether OPTIONS requests that are no preflights are answered for the view."""

    policy: Policy
    rules: Rules[str]
    answers_options: bool


class View:
    """What ``cross_origin`` was given for one view; the rest may stand in the config of the app."""

    def __init__(self, name: str, options: Mapping[str, Any], policy: Policy | None) -> None:
        self.name = name
        self._options = options
        self._policy = policy
        self._settled: weakref.WeakKeyDictionary[Flask, Settled] = weakref.WeakKeyDictionary()
        if not policy:
            # Why: what is wrong is said where it is written. Whether something has no effect, the config decides, too.
            with _settling, warnings.catch_warnings():
                warnings.simplefilter("ignore", PolicyWarning)
                _settings.make(_settings.merge({}, options))

    def settle(self, app: Flask) -> Settled:
        """Return the policy in an app, whose config is read at the view's first request.

        :raises PolicyError: the config is wrong.
        """
        if (settled := self._settled.get(app)) is None:
            with _settling:
                settled = self._settled[app] = self._make(app)
        return settled

    def _make(self, app: Flask) -> Settled:
        if self._policy:
            return Settled(self._policy, Rules(self._policy, compile_text), answers_options=True)
        options = _settings.merge(app.config, self._options)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", PolicyWarning)
            policy = _settings.make(options)
        for warning in caught:
            text = f"cross_origin of {self.name}: {warning.message}"
            logger.warning(text)
            # Why: a filter may turn it into an error, and no request may fail for it.
            with contextlib.suppress(PolicyWarning):
                warnings.warn(text, PolicyWarning, stacklevel=2)
        return Settled(policy, Rules(policy, compile_text), bool(options["automatic_options"]))


def mark(function: Any, view: View) -> None:  # noqa: ANN401 (any function can be a view)
    """Write down the policy of a function; what wraps the function in the usual way has it, too."""
    setattr(function, _MARK, view)


def find_view(function: object, method: str) -> View | None:
    """Return what was written down for a view function, or for a method of its class, or None."""
    if isinstance(view := getattr(function, _MARK, None), View):
        return view
    handlers = getattr(function, "view_class", None)
    name = method.lower()
    handler = getattr(handlers, name, None) if name in _METHODS else None
    if handler is None and name == "head":
        handler = getattr(handlers, "get", None)
    return view if isinstance(view := getattr(handler, _MARK, None), View) else None


def has_views(app: Flask) -> bool:
    """Tell whether any view of an app has a policy of its own."""
    return any(find_view(function, method) for function in app.view_functions.values() for method in _METHODS)

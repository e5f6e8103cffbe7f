"""One policy from the settings, leniently, with a remark on all that it does not do as it is written."""

from __future__ import annotations

import threading
import warnings
from typing import Any, NamedTuple

from django import conf as django
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from crossorigin.errors import PolicyError, PolicyWarning
from crossorigin.integrations._dropin import describe, refuse_slow_regexes
from crossorigin.integrations.django._habits import HABITS, HABITUAL
from crossorigin.integrations.django.conf import CALLED, OWN, POLICY, conf, find_name, list_written, read_own
from crossorigin.integrations.django.defaults import default_methods
from crossorigin.policy import ANY, Policy
from crossorigin.policy.leniency import make_leniently
from crossorigin.ruleset import Ruleset

_LOCK = threading.Lock()


class Remark(NamedTuple):
    """Something that does not do what it seems to: the mistake's id, its value, the text and whose value it is."""

    id: str
    value: object
    text: str
    setting: str = ""


class Made(NamedTuple):
    """A policy or ruleset, and the remarks."""

    policy: Policy | Ruleset
    remarks: list[Remark]


def make_policy_of_settings() -> Made:
    """Make the policy that the settings stand for.

    :raises ImproperlyConfigured: a setting cannot work.
    """
    if hasattr(django.settings, POLICY):
        return Made(_read_policy(getattr(django.settings, POLICY)), [])
    called = {option: find_name(name) for option, name in CALLED.items()}
    called |= {option: name for name, option in OWN.items()}
    if conf.CORS_ALLOW_ALL_ORIGINS:
        called["allow_origins"] = find_name("CORS_ALLOW_ALL_ORIGINS")
    options = _read_options()
    # Why: this is no request's time, and only one thread at once may change who hears the warnings.
    with _LOCK, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            policy, dropped = make_leniently(options, HABITS._replace(called=tuple(called.items())))
            refuse_slow_regexes(policy, dropped)
        except PolicyError as error:
            for mistake in error.mistakes:
                mistake.option = called.get(mistake.option, mistake.option)
            raise ImproperlyConfigured(str(PolicyError(error.mistakes))) from error
    remarks = [
        Remark(one.reason, one.value, describe(one, called), called.get(one.option, one.option)) for one in dropped
    ]
    remarks += [Remark("", None, str(one.message)) for one in caught if issubclass(one.category, PolicyWarning)]
    return Made(policy, list({remark.text: remark for remark in remarks}.values()))


def _read_policy(policy: object) -> Policy | Ruleset:
    others = [name for name in list_written() if name != POLICY]
    if isinstance(policy, Policy | Ruleset) and not others:
        return policy
    text = f"{POLICY} stands for everything, so nothing else may stand beside it: take out {', '.join(others)}"
    raise ImproperlyConfigured(text if others else f"{POLICY} should be a Policy or a Ruleset")


def _read_options() -> dict[str, Any]:
    options = {option: getattr(conf, name) for option, name in CALLED.items()}
    if conf.CORS_ALLOW_ALL_ORIGINS:
        options |= {"allow_origins": ANY, "allow_origin_regex": None}
    # Why: 0 leaves the header out, as ever.
    options["max_age"] = options["max_age"] or None
    options |= HABITUAL
    options |= read_own()
    if options.get("enforce") == "all" and options["allow_methods"] is default_methods:
        # Why: what is enforced is refused by its method, too, and who may GET may ask for the head of it.
        options["allow_methods"] = (*default_methods, "HEAD")
    if isinstance(path := options.get("origin_validator"), str):
        options["origin_validator"] = _import(path)
    return options


def _import(path: str) -> object:
    try:
        return import_string(path)
    except ImportError as error:
        text = f"CORS_ORIGIN_VALIDATOR is {path!r}, which cannot be imported: {error}"
        raise ImproperlyConfigured(text) from error

"""A policy in the settings of the gem, with the route and the header that it lacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import to_flavour
from crossorigin.dialects._lists import list_denied, write_listed_names
from crossorigin.dialects._ruby import write_list, write_text
from crossorigin.dialects._translation import Loss
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION, ORIGIN, REQUEST_METHOD, VARY
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from crossorigin.policy import Policy

_CALLED = "sinatra-cross_origin"
_ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_NAMES = ["Accept", AUTHORIZATION, "Content-Type", "X-Requested-With"]
_SYMBOL = re.compile(r"[a-z]+")


def write_settings(policy: Policy) -> tuple[str, list[Loss]]:
    """Return the settings, the route and the filter, and what is lost."""
    losses = policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    methods = [f":{one}" if _SYMBOL.fullmatch(one) else f":{write_text(one)}" for one in _list_methods(policy, losses)]
    values = {
        "allow_origin": _write_origins(policy, losses),
        "allow_methods": f"[{', '.join(methods)}]",
        "allow_headers": write_list(_list_names(policy, losses)),
        "allow_credentials": str(policy.allow_credentials).lower(),
        "expose_headers": write_list([*policy.expose_headers]),
        "max_age": "nil" if policy.max_age is None else str(policy.max_age),
    }
    text = _HEAD + "".join(f"  set :{name}, {value}\n" for name, value in values.items()) + _TAIL
    return text, losses


_HEAD = """\
# CORS for a Sinatra app, with the gem sinatra-cross_origin. In a class of its own, write this in its body.

require 'sinatra'
require 'sinatra/cross_origin'

register Sinatra::CrossOrigin

configure do
  enable :cross_origin
"""
_TAIL = f"""\
end

# The gem leaves preflights to the app.
options '*' do
  pass unless request.env['HTTP_{REQUEST_METHOD.upper().replace("-", "_")}']
  200
end

# Nor does it say that its answers depend on who asks.
after do
  response['{VARY}'] = [response['{VARY}'], '{ORIGIN}'].compact.join(', ')
end
"""


def _write_origins(policy: Policy, losses: list[Loss]) -> str:
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    if policy.allows_any_origin:
        return ":any"
    items = [write_text(text) for text in found.texts]
    for regex in found.regexes:
        written = to_flavour(regex, 0, "ruby")
        if written is None:
            losses.append(Loss(f"allow_origin_regex={regex!r}", "Ruby has no such expression", "narrows"))
        else:
            items.append(f"/{written}/")
    return f"[{', '.join(items)}]"


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_methods == (ANY,):
        why = f"{_CALLED} cannot send *: {', '.join(_ALL_METHODS)} are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [method.lower() for method in _ALL_METHODS]
    missing = sorted(SAFELISTED_METHODS - {*policy.allow_methods})
    if missing:
        why = f"{_CALLED} leaves it to the browser, and browsers let {', '.join(missing)} pass"
        losses.append(Loss("allow_methods", why, "widens"))
    sent = [method for method in policy.allow_methods if method != method.lower() and method == method.upper()]
    if len(sent) < len(policy.allow_methods):
        losses.append(Loss("allow_methods", f"{_CALLED} writes all methods in upper case", "narrows"))
    return [method.lower() for method in sent]


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_headers != (ANY,):
        return write_listed_names(policy)
    authorization = AUTHORIZATION.lower()
    if policy.allow_credentials:
        why = "with credentials, browsers take * for a name, and the names that are usual are listed"
        losses.append(Loss("allow_headers=['*']", why, "narrows"))
        return [name for name in _NAMES if name.lower() not in policy.denied_names]
    if policy.denied_names - {authorization}:
        losses += list_denied(policy, _CALLED)
    return [ANY] if authorization in policy.denied_names else [ANY, AUTHORIZATION]

"""How a package that we replace words what the policy says: statuses, bodies, lists, the form of ``Vary``.

A drop-in keeps these habits where they do no harm. None of them lets an origin read what the policy keeps from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crossorigin.policy import Policy
    from crossorigin.reasons import Reason

    ListMethods = Callable[[Policy, str], str]
    ListNames = Callable[[Policy, Sequence[str]], str]
    WriteRefusal = Callable[[Policy, str, Sequence[Reason]], str]


class Habits(NamedTuple):
    """One package's habits; the defaults are our own.

    ``echoes``: ``*`` is answered with the origin that asks.
    ``bare``: what ``*`` tells a request without ``Origin``: ``*``, or nothing; "first" tells such a request also
    the first origin of a list.
    ``varies``: ``Vary`` stands under ``*``, too.
    ``vary`` and ``preflight_vary``: its value, and that of a preflight's answer; "" leaves it out.
    ``list_methods`` and ``list_names``: what an allowed preflight lists, made of the policy and of what was asked for
    (the method; the names as sent); None: the policy's own lists.
    ``refuses``: a refused preflight is refused by its status; otherwise by what its answer leaves out.
    ``refusal_status``: the status of a refused preflight; None: the policy's ``error_status``.
    ``handshake_status``: the same for a WebSocket handshake from another origin.
    ``judges_all``: leaving out a method or a name that is not allowed is left to ``list_methods`` and ``list_names``.
    ``body`` and ``content_type``: of an allowed preflight's answer; a refusal has the same type.
    ``write_refusal``: the text of a refusal, made of the policy, the kind of request and the reasons.
    ``explains``: in ``debug``, a refused preflight's answer says which steps passed; otherwise only the log does.
    ``refuses_private``: a preflight for a private network is refused where the policy does not allow it.
    ``tells_private``: an actual request that asks for a private network is told, too, that it may use it.
    ``denies_private``: a request that asks for a private network is told "false" where the policy does not allow it; of
    an actual one, a door that keeps this habit asks ``decide``.
    ``folds_methods``: a preflight's method is compared without case.
    ``texts``: what is allowed as an ``Origin`` although no browser sends it.
    ``called``: what the package calls our options, pair by pair, for the hints of the log.
    ``names``: further header names that are allowed, by patterns that match their beginning.
    """

    echoes: bool = False
    bare: Literal["any", "silent", "first"] = "any"
    varies: bool = False
    vary: str = "Origin"
    preflight_vary: str = "Origin"
    list_methods: ListMethods | None = None
    list_names: ListNames | None = None
    refuses: bool = True
    refusal_status: int | None = None
    handshake_status: int | None = None
    judges_all: bool = True
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    write_refusal: WriteRefusal | None = None
    explains: bool = True
    refuses_private: bool = False
    tells_private: bool = False
    denies_private: bool = False
    folds_methods: bool = False
    called: tuple[tuple[str, str], ...] = ()
    texts: frozenset[str] = frozenset()
    names: tuple[re.Pattern[str], ...] = ()


#: Our own habits.
STANDARD = Habits()

#: What may be echoed, or shown to a regex, although it is not in the one form that browsers send.
_HARMLESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?[A-Za-z0-9._\[\]-]+(?::[0-9]+)?")


def is_harmless(text: str) -> bool:
    """Tell whether a text that claims to be an origin holds only a scheme, a host and a port, well-formed or not.

    >>> is_harmless("localhost:9000"), is_harmless("https://APP.example"), is_harmless("https://a.example/x@b")
    (True, True, False)
    """
    return _HARMLESS.fullmatch(text) is not None

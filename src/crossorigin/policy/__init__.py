"""What the owner allows: settings in, one frozen Policy out."""

from __future__ import annotations

import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

from crossorigin.errors import IncompatibleOptionsError, InvalidOriginError, InvalidRegexError, PolicyWarning
from crossorigin.origins.matcher import Matcher
from crossorigin.origins.origin import read_origin
from crossorigin.policy import settings
from crossorigin.policy.habits import STANDARD, Habits
from crossorigin.policy.presets import Presets
from crossorigin.policy.problems import Problems
from crossorigin.policy.regexes import check_regexes, matches_any_origin
from crossorigin.standard.headers import NO_CORS_SAFELISTED_NAMES
from crossorigin.standard.methods import is_forbidden_method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crossorigin.policy.options import Enforce, OriginValidator, Regexes, WebSockets

ANY = settings.ANY
_ENFORCE = ("browser", "unsafe-methods", "all")
_WEBSOCKETS = ("check", "warn", "ignore")
_DAY = 86400

#: Every option and its default, in the order in which they are shown.
DEFAULTS: dict[str, Any] = {
    "allow_origins": (),
    "allow_origin_regex": None,
    "allow_methods": ("GET", "HEAD", "POST"),
    "allow_headers": (),
    "allow_credentials": False,
    "expose_headers": (),
    "max_age": 600,
    "deny_origins": (),
    "deny_headers": (),
    "origin_validator": None,
    "require_origin": False,
    "enforce": "browser",
    "websockets": "check",
    "own_hosts": None,
    "preflight_status": 204,
    "error_status": 403,
    "error_messages": {},
    "allow_private_network": False,
    "debug": False,
    "dangerously_allow_any_origin_with_credentials": False,
    "dangerously_allow_null_origin": False,
    "dangerously_allow_public_suffix_subdomains": False,
    "dangerously_allow_nested_repeats": False,
}


class Policy(Presets):
    """What one owner allows: which origins may read, with which methods, headers and credentials.

    A policy is checked when it is made and never changes after that. The lists take any iterable of
    texts, or ``"*"``; docs/options.md says what each option does and what it refuses.

    :raises PolicyError: something cannot work or is dangerous; it holds all mistakes at once, each with
        the text to write instead.

    >>> Policy(allow_origins=["https://app.example"], allow_credentials=True)
    Policy(allow_origins=('https://app.example',), allow_credentials=True)
    """

    # What the settings say, in the form they were checked into.
    allow_origins: tuple[str, ...]
    allow_origin_regex: re.Pattern[str] | tuple[re.Pattern[str], ...] | None
    allow_methods: tuple[str, ...]
    allow_headers: tuple[str, ...]
    allow_credentials: bool
    expose_headers: tuple[str, ...]
    max_age: int | None
    deny_origins: tuple[str, ...]
    deny_headers: tuple[str, ...]
    origin_validator: OriginValidator | None
    require_origin: bool
    enforce: Enforce
    websockets: WebSockets
    own_hosts: frozenset[str] | None
    preflight_status: int
    error_status: int
    error_messages: Mapping[str, str]
    allow_private_network: bool
    debug: bool
    dangerously_allow_any_origin_with_credentials: bool
    dangerously_allow_null_origin: bool
    dangerously_allow_public_suffix_subdomains: bool
    dangerously_allow_nested_repeats: bool
    # What follows from them: the sets of origins and of header names in lower case, the regexes, whether
    # ``allow_origins`` is "*", and whether every origin is allowed, whatever it is.
    regexes: tuple[re.Pattern[str], ...]
    allowed: Matcher
    denied: Matcher
    header_names: frozenset[str]
    denied_names: frozenset[str]
    sorted_names: tuple[str, ...]
    allows_any_origin: bool
    is_static: bool
    # How a package that we replace words all this.
    habits: Habits

    __slots__ = (
        *DEFAULTS,
        "allowed",
        "allows_any_origin",
        "denied",
        "denied_names",
        "habits",
        "header_names",
        "is_static",
        "regexes",
        "sorted_names",
    )

    def __init__(  # noqa: PLR0913 (one for each option)
        self,
        /,
        *,
        allow_origins: Iterable[object] = (),
        allow_origin_regex: Regexes | None = None,
        allow_methods: Iterable[str] = ("GET", "HEAD", "POST"),
        allow_headers: Iterable[str] = (),
        allow_credentials: bool = False,
        expose_headers: Iterable[str] = (),
        max_age: int | None = 600,
        deny_origins: Iterable[object] = (),
        deny_headers: Iterable[str] = (),
        origin_validator: OriginValidator | None = None,
        require_origin: bool = False,
        enforce: Enforce = "browser",
        websockets: WebSockets = "check",
        own_hosts: Iterable[str] | None = None,
        preflight_status: int = 204,
        error_status: int = 403,
        error_messages: Mapping[str, str] = {},
        allow_private_network: bool = False,
        debug: bool = False,
        dangerously_allow_any_origin_with_credentials: bool = False,
        dangerously_allow_null_origin: bool = False,
        dangerously_allow_public_suffix_subdomains: bool = False,
        dangerously_allow_nested_repeats: bool = False,
        **unknown: object,
    ) -> None:
        given = locals()
        problems = Problems()
        for name in unknown:
            problems.mistakes.append(settings.unknown_name("Policy", name, DEFAULTS))
        checked = _check_all({name: given[name] for name in DEFAULTS}, problems)
        problems.raise_mistakes()
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "habits", STANDARD)
        for text in problems.warnings:
            warnings.warn(text, PolicyWarning, stacklevel=count_own_frames())

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a policy never changes; make a new one and hand it to ``reconfigure``."""
        text = f"a Policy never changes: make a new one with {name}={value!r} and call reconfigure(policy)"
        raise AttributeError(text)

    def __delattr__(self, name: str) -> None:
        """Refuse, for the same reason."""
        raise AttributeError(name)

    @property
    def settings(self) -> dict[str, Any]:
        """The options that differ from their defaults; ``Policy(**policy.settings) == policy``."""
        values = {name: getattr(self, name) for name in DEFAULTS}
        values["error_messages"] = dict(self.error_messages)
        return {name: value for name, value in values.items() if value != DEFAULTS[name]}

    def with_habits(self, habits: Habits) -> Policy:
        """Return the same policy, answered in the way of another package."""
        twin = object.__new__(Policy)
        for name in Policy.__slots__:
            object.__setattr__(twin, name, habits if name == "habits" else getattr(self, name))
        return twin

    def allows_method(self, method: str) -> bool:
        """Tell whether a preflight may ask for *method*, compared with case: never for one that is called ``*``.

        >>> Policy().allows_method("POST"), Policy().allows_method("post")
        (True, False)
        """
        # Why: in an answer it would stand for every method, and be kept by the browser.
        if method == ANY:
            return False
        if self.habits.folds_methods:
            method = method.upper()
        return method in self.allow_methods or (self.allow_methods == (ANY,) and not is_forbidden_method(method))

    def allows_header(self, name: str) -> bool:
        """Tell whether a preflight may ask for the header *name*, given in lower case: never for one called ``*``.

        >>> Policy().allows_header("content-type"), Policy().allows_header("authorization")
        (True, False)
        """
        # Why: in an answer it would stand for every name, and be kept by the browser.
        if name == ANY:
            return False
        if name in self.header_names or (self.allow_headers == (ANY,) and name not in self.denied_names):
            return True
        return any(pattern.match(name) for pattern in self.habits.names) and name not in self.denied_names

    @classmethod
    def from_env(cls, environ: Mapping[str, str], prefix: str = "CORS_") -> Policy:
        """Build a policy from environment variables, one per option: ``CORS_ALLOW_ORIGINS``, ``CORS_MAX_AGE`` ...

        Lists are parted by spaces or commas, or are JSON; an empty variable is an empty list, or an option
        left at its default.

        :raises PolicyError: a variable is wrong, or begins with *prefix* and names no option.

        >>> Policy.from_env({"CORS_ALLOW_ORIGINS": "https://a.example https://b.example"}).allow_origins
        ('https://a.example', 'https://b.example')
        """
        from crossorigin.policy.environment import make_from_environment  # noqa: PLC0415 (few need it)

        return make_from_environment(cls, environ, prefix)

    def __eq__(self, other: object) -> bool:
        """Compare the settings."""
        return isinstance(other, Policy) and (self.settings, self.habits) == (other.settings, other.habits)

    def __hash__(self) -> int:
        """Hash the origins and the regex, of which equal policies have the same."""
        return hash((self.allow_origins, self.allow_origin_regex))

    def __repr__(self) -> str:
        """Show the options that differ from their defaults."""
        return f"Policy({', '.join(f'{name}={value!r}' for name, value in self.settings.items())})"

    def __reduce__(self) -> tuple[Callable[..., Policy], tuple[dict[str, Any], Habits]]:
        """Copy and pickle a policy by its settings."""
        return _make, (self.settings, self.habits)


def count_own_frames() -> int:
    """Return the ``stacklevel`` at which a warning points at the code outside this package."""
    frame, level = sys._getframe(1), 1  # noqa: SLF001 (warnings has no other way before Python 3.12)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "crossorigin":
        frame, level = frame.f_back, level + 1
    return level


def _make(options: dict[str, Any], habits: Habits) -> Policy:
    return Policy(**options).with_habits(habits)


def _check_all(given: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """Check every option by itself, then those that depend on each other."""
    checked = dict(given)
    allowed = settings.check_origins("allow_origins", given["allow_origins"], problems, may_be_any=True)
    denied = settings.check_origins("deny_origins", given["deny_origins"], problems, may_be_any=False)
    flags = [name for name, default in DEFAULTS.items() if isinstance(default, bool)]
    checked.update({name: settings.check_flag(name, given[name], problems) for name in flags})
    checked["allow_origins"] = (ANY,) if allowed.is_any else _texts_of(allowed)
    checked["deny_origins"] = _texts_of(denied)
    checked["allowed"] = Matcher(allowed.literals, allowed.patterns)
    checked["denied"] = Matcher(denied.literals, denied.patterns)
    regexes = check_regexes(given["allow_origin_regex"], problems, may_nest=checked["dangerously_allow_nested_repeats"])
    checked["regexes"] = regexes
    checked["allow_origin_regex"] = regexes if len(regexes) > 1 else next(iter(regexes), None)
    checked["allow_methods"] = settings.check_methods(given["allow_methods"], problems)
    for name in ("allow_headers", "deny_headers", "expose_headers"):
        checked[name] = settings.check_names(name, given[name], problems, may_be_any=name != "deny_headers")
    checked.update(_check_the_rest(given, problems))
    checked["denied_names"] = frozenset(name.lower() for name in checked["deny_headers"])
    listed = {name.lower() for name in checked["allow_headers"] if name != ANY}
    checked["header_names"] = (listed | NO_CORS_SAFELISTED_NAMES) - checked["denied_names"]
    checked["sorted_names"] = tuple(sorted(checked["header_names"]))
    checked["allows_any_origin"] = allowed.is_any
    depends = ("allow_credentials", "deny_origins", "origin_validator", "require_origin")
    checked["is_static"] = allowed.is_any and not any(checked[name] for name in depends)
    _check_origins_together(checked, allowed, problems)
    return checked


def _texts_of(origins: settings.OriginSet) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*origins.literals, *(pattern.text for pattern in origins.patterns)]))


def _check_the_rest(given: dict[str, Any], problems: Problems) -> dict[str, Any]:
    validator = given["origin_validator"]
    if validator is not None and not callable(validator):
        fix = "Write a function that takes the origin and returns True or False, or an async one"
        problems.wrong_type("origin_validator", validator, fix=fix)
    checks = {
        "max_age": (range(_DAY + 1), "max-age-out-of-range"),
        "preflight_status": (range(200, 300), "status-out-of-range"),
        "error_status": (range(400, 600), "status-out-of-range"),
    }
    numbers = {
        name: settings.check_number(name, given[name], problems, allowed=allowed, reason=reason)
        for name, (allowed, reason) in checks.items()
        if not (name == "max_age" and given[name] is None)
    }
    return {
        **numbers,
        "enforce": settings.check_choice("enforce", given["enforce"], _ENFORCE, problems),
        "websockets": settings.check_choice("websockets", given["websockets"], _WEBSOCKETS, problems),
        "own_hosts": settings.check_hosts("own_hosts", given["own_hosts"], problems),
        "error_messages": settings.check_messages("error_messages", given["error_messages"], problems),
    }


def _check_origins_together(checked: dict[str, Any], allowed: settings.OriginSet, problems: Problems) -> None:
    """Check what is dangerous only with credentials."""
    if not checked["allow_credentials"]:
        return
    may_be_any = checked["dangerously_allow_any_origin_with_credentials"]
    if allowed.is_any and not may_be_any:
        fix = (
            "List the origins, or drop allow_credentials: a bearer token in the Authorization header needs none. "
            "dangerously_allow_any_origin_with_credentials=True lets every site read what your users may read"
        )
        problems.add(IncompatibleOptionsError, "allow_origins", ANY, "wildcard-with-credentials", fix=fix)
    if not may_be_any and matches_any_origin(checked["regexes"]):
        fix = 'Write the regex so that it matches only your own sites, or patterns such as "https://*.example.com"'
        shown = " or ".join(regex.pattern for regex in checked["regexes"])
        problems.add(InvalidRegexError, "allow_origin_regex", shown, "regex-matches-any-origin", fix=fix)
    if checked["expose_headers"] == (ANY,):
        fix = "List the names that scripts may read"
        problems.add(IncompatibleOptionsError, "expose_headers", ANY, "wildcard-with-credentials", fix=fix)
    if not checked["dangerously_allow_public_suffix_subdomains"]:
        _check_public_suffixes(allowed, problems)
    _warn_of_plain_http(allowed, problems)


def _check_public_suffixes(allowed: settings.OriginSet, problems: Problems) -> None:
    patterns = [pattern for pattern in allowed.patterns if pattern.has_any_label and pattern.base != "localhost"]
    if not patterns:
        return
    from crossorigin.origins.suffixes import is_public_suffix  # noqa: PLC0415 (large, and few policies need it)

    for pattern in patterns:
        if is_public_suffix(pattern.base):
            fix = (
                f'List your own names under "{pattern.base}"; '
                "dangerously_allow_public_suffix_subdomains=True allows everyone's"
            )
            problems.add(InvalidOriginError, "allow_origins", pattern.text, "wildcard-over-public-suffix", fix=fix)


def _warn_of_plain_http(allowed: settings.OriginSet, problems: Problems) -> None:
    plain = [text for text in allowed.literals if text.startswith("http://")]
    plain = [text for text in plain if (origin := read_origin(text)) and not is_loopback(origin.host)]
    plain += [item.text for item in allowed.patterns if item.scheme == "http" and not is_loopback(item.base)]
    if plain:
        shown = ", ".join(plain[:3]) + (f" and {len(plain) - 3} more" if len(plain) > 3 else "")  # noqa: PLR2004
        problems.warnings.append(
            f"allow_origins has {shown} without https, together with allow_credentials: whoever sits on the network "
            "path can put a script into that page and read what your users may read. Write https:// if the site has it"
        )


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine's own, by its name.

    Spec: https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy

    >>> is_loopback("a.localhost"), is_loopback("127.0.0.1"), is_loopback("localhost.example")
    (True, True, False)
    """
    return host == "[::1]" or f".{host}".endswith(".localhost") or re.fullmatch(r"127(\.\d+){3}", host) is not None

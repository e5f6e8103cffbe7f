"""A configuration of nginx as rules: what it tells the origins that it names, on the paths that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects import Finding, Loss, Position, Translation
from crossorigin.dialects import _pcre as pcre
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import read_flavour
from crossorigin.dialects._lists import read_listed_names
from crossorigin.dialects._origins import regex_to_pattern
from crossorigin.dialects._paths import is_path, regex_to_path
from crossorigin.dialects._places import START, fail
from crossorigin.dialects.nginx._asking import SOME_METHOD, SOME_NAME, SOMEONE, Asker, Place, list_origins
from crossorigin.dialects.nginx._running import Answer, Maps, Pattern, TooMuchWorkError
from crossorigin.dialects.nginx._tree import Directive, parse
from crossorigin.dialects.nginx._words import NAME
from crossorigin.origins.origin import NULL, read_origin
from crossorigin.policy import ANY, Policy
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard import headers as names
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects import HowBad

_DAY = 86400
_NULL_OPTION = "dangerously_allow_null_origin"
_OWN_HOST = "\\Aown (?i:"
_OWN_HOST_END = ")(?::[0-9]+)?\\z"
_AUTHORIZATION = names.AUTHORIZATION.lower()
_LEVELS = frozenset({"http", "server", "location"})
_IGNORED = frozenset({pcre.AMBIGUOUS_TARGET_REGEX, pcre.AMBIGUOUS_PATH_REGEX})


def recognizes(text: str) -> bool:
    """Tell whether a text is a configuration of nginx that adds a header of CORS."""
    if names.CORS_PREFIX not in text.lower():
        return False
    try:
        root = parse(text)
    except ValueError:
        return False
    return any(_adds_cors(one) for one in _walk(root))


def read(text: str) -> Translation:
    """Read what a configuration tells of CORS.

    :raises DialectError: it is none, or tells nothing.
    """
    root = parse(text)
    first = next((one for one in _walk(root) if _adds_cors(one)), None)
    if first is None:
        fix = "Give it the file that has add_header Access-Control-Allow-Origin"
        raise fail(NAME, text, START, "there is no header of CORS here", fix=fix)
    reader = _Reader(text, root, first.position)
    try:
        rules = list(reader.read_rules())
    except TooMuchWorkError:
        what = "it would take too long to go through all its locations, conditions and expressions"
        raise fail(NAME, text, first.position, what, fix="Part it, or leave out what is not about CORS") from None
    if not rules:
        why = "no answer has it: headers are inherited only by a level that adds none of its own"
        reader.lose(f"add_header {first.args[0]}", why, "cosmetic")
    return Translation(Ruleset(rules), tuple(dict.fromkeys(reader.losses)), text, tuple(dict.fromkeys(reader.findings)))


def _adds_cors(one: Directive) -> bool:
    return one.name == "add_header" and bool(one.args) and one.args[0].lower().startswith(names.CORS_PREFIX)


def _walk(root: Directive) -> Iterator[Directive]:
    blocks = [root]
    while blocks:
        one = blocks.pop()
        yield one
        blocks += reversed(one.block or ())


class _Origins(NamedTuple):
    """Who is allowed: by name, by expression, everyone; and who is not although an expression matches."""

    texts: list[str]
    patterns: list[Pattern]
    is_any: bool
    others: list[Pattern]

    def list_all(self) -> list[str | Pattern]:
        """Return those who are allowed by name and by expression."""
        return [*self.texts, *self.patterns]


def _is_somebody(found: _Origins) -> bool:
    return bool(found.texts or found.patterns or found.is_any)


class _Reader:
    """One configuration, and what is lost of it."""

    def __init__(self, text: str, root: Directive, first: Position) -> None:
        self.text, self.root, self.first = text, root, first
        self.maps = Maps(root)
        self.origins = list(list_origins(self.maps, root))
        self.losses: list[Loss] = []
        self.findings: list[Finding] = []

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position | None = None) -> None:
        self.losses.append(Loss(what, why, how_bad, place or self.first))

    def read_rules(self) -> Iterator[Rule]:
        """Yield the rule of each place that tells something, and of each other place below one."""
        for one in _walk(self.root):
            if one.name == "include":
                self.lose(f"include {' '.join(one.args)}", "other files are not read", "narrows", one.position)
        found: dict[str, Policy | None] = {}
        others: list[tuple[Directive, Policy | None]] = []
        for path, place in self._list_places():
            policy = self._read_policy(Asker(self.maps, place))
            if path is None or policy != found.get(path, policy):
                others.append((place.levels[-1], policy))
            else:
                found[path] = policy
        for location, policy in others:
            self._lose_place(location, policy, found.get(EVERYTHING))
        for path, policy in found.items():
            if policy is not None:
                yield Rule([path], policy)
            elif any(other is not None and _is_below(path, above) for above, other in found.items()):
                yield Rule([path], Policy())

    def _lose_place(self, location: Directive, policy: Policy | None, otherwise: Policy | None) -> None:
        if policy != otherwise:
            what = " ".join((location.name, *location.args)) or "a map of paths"
            why = "a rule has paths and prefixes, and one policy for each: what is told here is not read"
            self.lose(what, why, "widens", location.position)
            self.lose(what, why, "narrows", location.position)

    def _list_places(self) -> Iterator[tuple[str | None, Place]]:
        """Yield each place with its path, or None where no rule can have it."""
        for levels in _list_levels(self.root):
            location = levels[-1]
            path = self._read_location(location) if location.name == "location" else EVERYTHING
            asker = Asker(self.maps, Place(levels, ()))
            asker.ask(SOMEONE)
            for pattern in asker.of_paths:
                if path == EVERYTHING and pattern.regex not in _IGNORED:
                    yield _read_path(pattern.regex), Place(levels, (pattern,))
            yield path, Place(levels, ())

    def _read_location(self, location: Directive) -> str | None:
        """Return the path of a block, with what differs."""
        *signs, path = location.args or ("",)
        sign = signs[0] if signs else ""
        place = location.position
        if sign.startswith("~"):
            read = regex_to_path(path, place) if sign == "~" and path.startswith("^") else None
            if read and read.loss:
                self.losses.append(read.loss)
            return read.path if read else None
        bare = path if sign == "=" else f"{path.removesuffix('/')}/*"
        if not is_path(bare):
            return None
        if sign != "=" and path and not path.endswith("/"):
            what = f"location {' '.join(location.args)}"
            self.lose(what, f"it also serves longer names, such as {path}s, and the rule does not", "narrows", place)
        return bare

    def _read_policy(self, asker: Asker) -> Policy | None:
        found = self._read_origins(asker)
        representative = SOMEONE if found.is_any else next(iter(found.list_all()), SOMEONE)
        actual = asker.ask(representative)
        is_told = _is_somebody(found) or actual.headers
        if not is_told:
            return None
        options: dict[str, Any] = self._write_origins(found)
        options |= self._read_preflight(asker, found, representative)
        options |= self._read_refusals(asker, found, representative)
        credentials = actual.get(names.ALLOW_CREDENTIALS)
        options["allow_credentials"] = credentials == "true"
        if found.is_any and actual.get(names.ALLOW_ORIGIN) == SOMEONE:
            options["dangerously_allow_any_origin_with_credentials"] = options["allow_credentials"]
        exposed = _split(actual.get(names.EXPOSE_HEADERS))
        options["expose_headers"] = ANY if exposed == [ANY] else exposed
        self._compare(asker, found, actual)
        if not actual.is_always:
            why = "without always, nginx leaves the header out of errors, and the rule does not"
            self.lose("add_header", why, "cosmetic")
        for name in sorted(asker.unknown - {"scheme", "proxy_add_x_forwarded_for"}):
            self.lose(f"${name}" if " " not in name else name, "it is not known here, and counts as nothing", "narrows")
        read = policies.read_options(options, policies.Place(NAME, self.text, {}, self.first))
        self.losses += read.losses
        policy = read.policy
        if policy.dangerously_allow_null_origin and not asker.lets_read(NULL, asker.ask(NULL)):
            # Why: an expression matches null there, and null is turned away before it is asked.
            kept = {name: value for name, value in policy.settings.items() if name != _NULL_OPTION}
            policy = Policy(**{**kept, "deny_origins": [text for text in policy.deny_origins if text != NULL]})
        self.findings += [one for one in read.findings if getattr(policy, one.option)]
        return policy

    def _read_origins(self, asker: Asker) -> _Origins:
        texts = [origin for origin in self.origins if asker.lets_read(origin, asker.ask(origin))]
        is_any = asker.lets_read(SOMEONE, asker.ask(SOMEONE))
        patterns: list[Pattern] = []
        others: list[Pattern] = []
        for pattern in asker.list_patterns():
            is_allowed = asker.lets_read(pattern, asker.ask(pattern))
            # Why: what matches everyone asks for nothing.
            if is_allowed != is_any:
                (patterns if is_allowed else others).append(pattern)
        denied = [] if is_any or not patterns else [one for one in asker.patterns if one not in patterns]
        others = others or [one for one in denied if one.regex != pcre.ORIGIN_REGEX]
        others = [one for one in others if one.regex != pcre.LONG_REGEX]
        refused = [origin for origin in self.origins if origin not in texts] if is_any else []
        if refused:
            others += [Pattern(f"\\A{pcre.escape_text(origin)}\\z", is_caseless=False) for origin in refused]
        return _Origins([] if is_any else texts, patterns, is_any, others)

    def _write_origins(self, found: _Origins) -> dict[str, Any]:
        """Say who is allowed with our options."""
        origins = list(found.texts)
        regexes: list[str] = []
        for pattern in found.patterns:
            read = read_flavour(pattern.regex, "i" if pattern.is_caseless else "", "pcre")
            if read is None:
                self.lose(f"~{pattern.regex}", "the expression cannot be read", "narrows")
                continue
            text = _read_literal(pattern.regex) or regex_to_pattern(read.regex)
            if text:
                origins.append(text)
                continue
            regexes.append(read.regex)
            if read.is_open:
                what = f"{pattern.regex} is open at an end, so that anyone can have a name that it matches"
                self.findings.append(Finding("allow_origin_regex", what, self.first))
        denied = []
        for pattern in found.others:
            read = read_flavour(pattern.regex, "", "pcre")
            text = _read_literal(pattern.regex) or (regex_to_pattern(read.regex) if read else None)
            if text is None:
                self.lose(f"~{pattern.regex}", "origins are denied by name and by pattern only", "widens")
            else:
                denied.append(text)
        allowed = {"allow_origins": ANY} if found.is_any else {"allow_origins": origins, "allow_origin_regex": regexes}
        return {**allowed, "deny_origins": denied}

    def _read_preflight(self, asker: Asker, allowed: _Origins, origin: str | Pattern) -> dict[str, Any]:
        """Ask for the lists, with a method that may be asked for."""
        words = [word for one in _walk(self.root) for arg in one.args for word in _split(arg) if names.is_token(word)]
        candidates = dict.fromkeys(
            (SOME_METHOD, *SAFELISTED_METHODS, *(word for word in words if word.isupper()), *words)
        )
        tried = ((method, asker.ask_preflight(origin, method)) for method in candidates)
        found = next(((method, one) for method, one in tried if asker.lets_read(origin, one)), None)
        if found is None:
            return {"allow_methods": []} if _is_somebody(allowed) else {}
        method, answer = found
        options: dict[str, Any] = {"allow_methods": self._read_methods(asker, origin, answer)}
        options |= self._read_names(asker, origin, method)
        age = answer.get(names.MAX_AGE)
        options["max_age"] = min(int(age), _DAY) if age.isdecimal() else None
        if answer.status is not None:
            options["preflight_status"] = answer.status
        private = asker.ask_preflight(origin, method, private="true").get(names.ALLOW_PRIVATE_NETWORK)
        return {**options, "allow_private_network": private == "true"}

    def _read_methods(self, asker: Asker, origin: str | Pattern, answer: Answer) -> Any:  # noqa: ANN401 (a list or "*")
        listed = _split(answer.get(names.ALLOW_METHODS))
        if SOME_METHOD in listed:
            return ANY
        if ANY in listed and not answer.get(names.ALLOW_CREDENTIALS):
            return ANY
        missing = sorted(SAFELISTED_METHODS - set(listed))
        passing = [one for one in missing if asker.lets_read(origin, asker.ask_preflight(origin, one))]
        return [*(method for method in dict.fromkeys(listed) if method != ANY), *passing]

    def _read_names(self, asker: Asker, origin: str | Pattern, method: str) -> dict[str, Any]:
        answer = asker.ask_preflight(origin, method, SOME_NAME)
        spelled = next((one for pattern in asker.of_names if (one := pcre.read_names(pattern.regex))), None)
        if spelled is not None:
            own = spelled.allowed
            return read_listed_names(own) if own is not None else {"allow_headers": ANY, "deny_headers": spelled.denied}
        for pattern in asker.of_names:
            self.lose(f"~{pattern.regex}", "header names are allowed by name only", "narrows")
        listed = _split(answer.get(names.ALLOW_HEADERS))
        if SOME_NAME in listed and asker.lets_read(origin, answer):
            return {"allow_headers": ANY}
        if ANY in listed and not answer.get(names.ALLOW_CREDENTIALS):
            is_listed = any(name.lower() == _AUTHORIZATION for name in listed)
            # "Authorization" is never covered by *.
            return {"allow_headers": ANY, "deny_headers": [] if is_listed else [names.AUTHORIZATION]}
        return read_listed_names([name for name in dict.fromkeys(listed) if name != ANY])

    def _read_refusals(self, asker: Asker, found: _Origins, origin: str | Pattern) -> dict[str, Any]:
        """Ask what nginx refuses by itself."""
        who = origin if found.is_any else SOMEONE
        options: dict[str, Any] = {"require_origin": asker.ask("").is_refusal}
        refused = {method: asker.ask(who, method) for method in ("TRACE", SOME_METHOD)}
        if refused["TRACE"].is_refusal:
            options["enforce"] = "all"
        elif refused[SOME_METHOD].is_refusal:
            options["enforce"] = "unsafe-methods"
        hosts = [pattern.regex for pattern in asker.of_hosts if pattern.regex.startswith(_OWN_HOST)]
        if hosts:
            options["own_hosts"] = _read_hosts(hosts[0])
        preflight = asker.ask_preflight(SOMEONE, "TRACE")
        if preflight.is_refusal and preflight.status is not None:
            options["error_status"] = preflight.status
        return options

    def _compare(self, asker: Asker, found: _Origins, actual: Answer) -> None:
        """Note who is told something else."""
        for origin in found.list_all():
            other = asker.ask(origin)
            for name in (names.ALLOW_CREDENTIALS, names.EXPOSE_HEADERS):
                if other.get(name) != actual.get(name):
                    shown = origin if isinstance(origin, str) else origin.regex
                    why = f"{shown} is told something else than others, and all are told the same by a rule"
                    self.lose(name, why, "widens")
                    self.lose(name, why, "narrows")


def _list_levels(root: Directive) -> Iterator[tuple[Directive, ...]]:
    """Yield the blocks around each place that makes answers: locations, and what serves all other paths."""
    stack: list[tuple[Directive, ...]] = [(root,)]
    while stack:
        levels = stack.pop()
        inner = [one for one in levels[-1].block or () if one.name in _LEVELS and not "".join(one.args).startswith("@")]
        is_served = any(one.name != "location" or one.args in {("/",), ("^~", "/")} for one in inner)
        if not is_served and levels[-1].name != "http":
            yield levels
        stack += [(*levels, one) for one in reversed(inner)]


def _is_below(path: str, above: str) -> bool:
    prefix = above.removesuffix("/*")
    return above.endswith("/*") and path != above and (path.removesuffix("/*") + "/").startswith(f"{prefix}/")


def _split(value: str) -> list[str]:
    return [word for part in value.split(",") if (word := part.strip())]


def _read_literal(regex: str) -> str | None:
    """Return the origin that an expression stands for alone."""
    if not (regex.startswith("\\A") and regex.endswith("\\z")):
        return None
    text = pcre.unescape_text(regex[len("\\A") : -len("\\z")])
    is_same = pcre.escape_text(text) == regex[len("\\A") : -len("\\z")]
    return text if is_same and (read_origin(text) or text == NULL) else None


def _read_path(regex: str) -> str | None:
    """Return the path of an expression as it is written here."""
    bare = regex.removeprefix("\\A")
    for end, added in (("(?:/|\\z)", "/*"), ("\\z", ""), ("", "/*")):
        path = pcre.unescape_text(bare.removesuffix(end)) if bare.endswith(end) else ""
        if f"\\A{pcre.escape_text(path)}{end}" == regex and is_path(path + added):
            return path + added
    return None


def _read_hosts(regex: str) -> list[str]:
    """Return the server's own names, as they are written here."""
    words = regex.removeprefix(_OWN_HOST).removesuffix(_OWN_HOST_END).split("|")
    below = r"(?:[^.*:]+\.)+"
    found = [("*." if word.startswith(below) else "") + pcre.unescape_text(word.removeprefix(below)) for word in words]
    return [name for name in found if name != "(?!)"]

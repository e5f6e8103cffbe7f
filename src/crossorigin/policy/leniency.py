"""A policy from settings that were written for another package: what merely has no effect is dropped, and named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from crossorigin.errors import PolicyError, SettingError
from crossorigin.origins.origin import NULL
from crossorigin.policy import Policy
from crossorigin.policy.habits import Habits, is_harmless
from crossorigin.policy.settings import ANY

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAY = 86400

#: What begins with one of these is about one item of a list, which has no effect and is dropped.
_ITEMS = ("origin-", "method-", "header-name-", "wildcard-is-not-a-pattern", "wildcard-over-public-suffix")

#: With credentials these would let every site read what users may read: they mean every origin, without credentials.
_ANY_WITH_CREDENTIALS = ("wildcard-with-credentials", "regex-matches-any-origin")

#: This works, and may be slow: it is used as it is, and named.
NESTED = "regex-nests-repeats"

_MENDED = (*_ANY_WITH_CREDENTIALS, NESTED, "wildcard-beside-names", "max-age-out-of-range")
_MAY_BE_ANY = ("allow_origins", "allow_methods", "allow_headers", "expose_headers")
_LISTS = (*_MAY_BE_ANY, "deny_origins", "deny_headers", "own_hosts")


def make_leniently(options: Mapping[str, Any], habits: Habits) -> tuple[Policy, list[SettingError]]:
    """Make a policy, and return it with all that was dropped on the way.

    ``*`` with credentials means every origin without credentials. A text that no browser sends as an origin is still
    compared, because tests and other programs may send it.

    :raises PolicyError: a mistake that has an effect, such as a regex that does not compile.
    """
    options = {name: _make_list(name, value) for name, value in options.items()}
    dropped: list[SettingError] = []
    texts: set[str] = set(habits.texts)
    while True:
        try:
            return Policy(**options).with_habits(habits._replace(texts=frozenset(texts))), dropped
        except PolicyError as error:
            serious = [mistake for mistake in error.mistakes if not _is_harmless(mistake)]
            if serious or not _mend(options, error.mistakes):
                raise PolicyError(serious or error.mistakes) from None
            dropped += error.mistakes
            texts.update(str(mistake.value) for mistake in error.mistakes if _is_comparable(mistake))


def _make_list(name: str, value: Any) -> Any:  # noqa: ANN401 (whatever was written)
    """Return a list, which can be read twice; a bare text is its one item. What is no list stays as it is."""
    if name in _LISTS and isinstance(value, str):
        return ANY if value == ANY and name in _MAY_BE_ANY else [value]
    is_list = name in _LISTS or name == "allow_origin_regex"
    is_many = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    return list(value) if is_list and is_many else value


def _is_harmless(mistake: SettingError) -> bool:
    is_item = mistake.item is not None or mistake.reason == "wildcard-over-public-suffix"
    return mistake.reason in _MENDED or (mistake.reason.startswith(_ITEMS) and is_item)


def _is_comparable(mistake: SettingError) -> bool:
    is_origin = mistake.option == "allow_origins" and mistake.reason.startswith("origin-")
    return is_origin and mistake.value != NULL and isinstance(mistake.value, str) and is_harmless(mistake.value)


def _mend(options: dict[str, Any], mistakes: Sequence[SettingError]) -> bool:
    """Take what the mistakes are about out of the options; tell whether anything has changed."""
    before = dict(options)
    bad: dict[str, set[object]] = {}
    for mistake in mistakes:
        option, reason = mistake.option, mistake.reason
        if reason in _ANY_WITH_CREDENTIALS and option != "expose_headers":
            options["allow_credentials"] = False
        elif reason == "wildcard-with-credentials":
            options[option] = ()
        elif reason == "wildcard-beside-names":
            options[option] = ANY
        elif reason == NESTED:
            options["dangerously_allow_nested_repeats"] = True
        elif reason == "max-age-out-of-range":
            options[option] = min(max(options[option], 0), _DAY)
        else:
            # Why: by its number, because what a mistake calls an item is not always the item's own text.
            bad.setdefault(option, set()).add(mistake.item if mistake.item is not None else mistake.value)
    for option, values in bad.items():
        if options[option] != ANY:
            items = enumerate(options[option])
            options[option] = [item for number, item in items if number not in values and str(item) not in values]
    return options != before

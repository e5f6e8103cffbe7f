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
_LISTS = ("allow_origins", "deny_origins", "allow_methods", "allow_headers", "deny_headers", "expose_headers")


def make_leniently(options: Mapping[str, Any], habits: Habits) -> tuple[Policy, list[SettingError]]:
    """Make a policy, and return it with all that was dropped on the way.

    ``*`` with credentials means every origin without credentials. A text that no browser sends as an origin is still
    compared, because tests and other programs may send it.

    :raises PolicyError: a mistake that has an effect, such as a regex that does not compile.
    """
    options = {name: _make_list(value) if name in _LISTS else value for name, value in options.items()}
    dropped: list[SettingError] = []
    texts: set[str] = set(habits.texts)
    while True:
        try:
            return Policy(**options).with_habits(habits._replace(texts=frozenset(texts))), dropped
        except PolicyError as error:
            if serious := [mistake for mistake in error.mistakes if not _is_harmless(mistake)]:
                raise PolicyError(serious) from None
            _mend(options, error.mistakes)
            dropped += error.mistakes
            texts.update(str(mistake.value) for mistake in error.mistakes if _is_comparable(mistake))


def _make_list(value: Any) -> Any:  # noqa: ANN401 (whatever was written)
    """Return a list, which can be read twice; a bare text is its one item."""
    if isinstance(value, str):
        return ANY if value == ANY else [value]
    return list(value) if isinstance(value, Iterable) and not isinstance(value, bytes | Mapping) else value


def _is_harmless(mistake: SettingError) -> bool:
    is_item = mistake.item is not None or mistake.reason == "wildcard-over-public-suffix"
    return mistake.reason in _MENDED or (mistake.reason.startswith(_ITEMS) and is_item)


def _is_comparable(mistake: SettingError) -> bool:
    is_origin = mistake.option == "allow_origins" and mistake.reason.startswith("origin-")
    return is_origin and mistake.value != NULL and isinstance(mistake.value, str) and is_harmless(mistake.value)


def _mend(options: dict[str, Any], mistakes: Sequence[SettingError]) -> None:
    """Take what the mistakes are about out of the options."""
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
            bad.setdefault(option, set()).add(mistake.value)
    for option, values in bad.items():
        if options[option] != ANY:
            options[option] = [item for item in options[option] if _text_of(item) not in values]


def _text_of(item: object) -> object:
    return item if isinstance(item, str) else str(item).removesuffix("/")

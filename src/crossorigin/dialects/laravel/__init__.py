"""Laravel's ``config/cors.php`` and the service of fruitcake/php-cors; and CORS headers set by hand, only read."""

from __future__ import annotations

from crossorigin.dialects import DialectError, Position, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._php import MADE
from crossorigin.dialects._places import START, fail
from crossorigin.dialects.laravel._by_hand import find_lines, list_grouped, list_registered, translate
from crossorigin.dialects.laravel._config import SERVICE, Service, Settings, find_services, find_settings
from crossorigin.dialects.laravel._source import NAME, NotLiteralError, Source, parse_source
from crossorigin.dialects.laravel._writing import write_config
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard.headers import ALLOW_ORIGIN

FORM = "settings"

_SETTING = "allowed_origins"
_OPEN = "<?"


def recognizes(text: str) -> bool:
    """Tell whether a text is PHP with the settings, or a whole file that says itself who may read its answers."""
    is_whole = _OPEN in text and (SERVICE in text or ALLOW_ORIGIN.lower() in text.lower())
    if MADE in text or (_SETTING not in text and not is_whole):
        return False
    try:
        source = parse_source(text)
    except DialectError:
        return False
    if find_settings(source) is not None or find_services(source):
        return True
    return any(line.name == ALLOW_ORIGIN for line in find_lines(source))


def read(text: str) -> Translation:
    """Read the settings, as far as they are literals; where there are none, the headers that are set by hand.

    :raises DialectError: there is neither, or a setting cannot work.
    """
    if MADE in text:
        place = Position(text.count("\n", 0, text.index(MADE)) + 1, 1)
        fix = "Read the policy that it was written from"
        raise fail(NAME, text, place, "this program was made from a policy", fix=fix)
    source = parse_source(text)
    node = find_settings(source)
    services = find_services(source)
    if node is None and not services:
        return _read_by_hand(source)
    settings = Settings(source, node) if node else _read_service(source, services)
    paths = settings.read_paths()
    options = settings.translate()
    found = policies.read_options(options, policies.Place(NAME, text, settings.places, settings.start))
    rules = Ruleset([Rule(paths, found.policy)] if paths else [])
    return Translation(rules, (*settings.losses, *found.losses), text, tuple(found.findings))


def _read_service(source: Source, services: list[Service]) -> Settings:
    """Read what the one service is given."""
    if len(services) > 1:
        what = f"this is a second {SERVICE}, and only one is read"
        raise source.tree.fail(services[1].node, what, fix="Leave one of them")
    try:
        return Settings(source, services[0].node, services[0])
    except NotLiteralError as error:
        what = "these settings are known only when the program runs"
        raise source.tree.fail(error.node, what, fix="Write an array: ['allowedOrigins' => [...]]") from None


def _read_by_hand(source: Source) -> Translation:
    """Read what stands around every path, preflights included."""
    text = source.tree.text
    lines = find_lines(source)
    if not lines:
        fix = "Give it config/cors.php, with 'allowed_origins' => [...], or the code that sets the headers"
        raise fail(NAME, text, START, "there are no settings of php-cors here, and no CORS headers are set", fix=fix)
    options, places, losses = translate(lines)
    losses = [*list_grouped(lines, list_registered(source)), *losses]
    found = policies.read_options(options, policies.Place(NAME, text, places, lines[0].place))
    rules = Ruleset([Rule([EVERYTHING], found.policy)])
    return Translation(rules, (*losses, *found.losses), text, tuple(found.findings))


def write(ruleset: Ruleset) -> Written:
    """Write the settings."""
    text, policy, losses = write_config(ruleset)
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, "php-cors")
    return Written(text, losses)

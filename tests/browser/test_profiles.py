"""What the profiles say: where an engine goes its own way, in the smallest case for each field."""

from __future__ import annotations

import pytest

from crossorigin.browser import PROFILES, Call, PreflightCache, Profile, simulate
from crossorigin.browser.profiles import Keeping, find_profile
from crossorigin.messages import Request, Response
from engines.differential import model
from engines.differential.case import Place
from engines.differential.departure import Departure, write_played
from engines.differential.departures import DEPARTURES

PLACE = Place(10001, 10002, 10003, 17)
ROWS = [
    pytest.param(row, profile, id=f"{profile}: {row.field}: {row.sentence}")
    for row in DEPARTURES
    for profile in PROFILES
]


@pytest.mark.parametrize(("row", "profile"), ROWS)
def test_departures(row: Departure, profile: str) -> None:
    """A profile does what its engine was seen to do, and the standard's own what its text says."""
    assert write_played(model.play(row.case, PLACE, profile)) == row.find_expected(profile)


@pytest.mark.parametrize("name", PROFILES)
def test_every_field_has_a_case(name: str) -> None:
    """Whatever a profile has of its own, a case shows."""
    profile, shown = PROFILES[name], {row.field for row in DEPARTURES if name in row.expected}
    own = {field for field in Profile._fields if getattr(profile, field) != getattr(PROFILES["standard"], field)}
    own |= {
        f"keeping.{field}" for field in Keeping._fields if getattr(profile.keeping, field) != getattr(Keeping(), field)
    }
    assert own - {"name", "max_age_limit", "keeping"} <= shown


@pytest.mark.parametrize(
    ("name", "limit"), [("standard", None), ("chromium", 7200), ("firefox", 86400), ("webkit", 600)]
)
def test_the_greatest_age(name: str, limit: int | None) -> None:
    """What a preflight allows is kept no longer than the engine keeps anything."""
    answer = Response(204, [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "PUT")])
    answer = answer._replace(headers=[*answer.headers, ("Access-Control-Max-Age", "1000000")])
    call = Call("https://app.example", "https://api.example/", "PUT", credentials="omit")
    for now in (limit or 1000000) - 1, limit or 1000000:
        cache = PreflightCache()
        asked: list[str] = []

        def network(request: Request, asked: list[str] = asked) -> Response:
            asked.append(request.method)
            return answer

        simulate(call, network, cache=cache, profile=name)
        simulate(call, network, cache=cache, now=now, profile=name)
        assert asked.count("OPTIONS") == 1 + (now == (limit or 1000000))


def test_an_unknown_profile() -> None:
    """There are four, and the message names them."""
    with pytest.raises(ValueError, match="standard, chromium, firefox, webkit"):
        find_profile("opera")

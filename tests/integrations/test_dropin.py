"""What all drop-ins do with settings: what is named, what is refused."""

from __future__ import annotations

import pytest

from crossorigin import PolicyError, PolicyWarning
from crossorigin.integrations._dropin import make_policy
from crossorigin.policy.habits import STANDARD

APP = "https://app.example"


@pytest.mark.parametrize(
    "regex",
    [r"https://([a-z0-9-]+\.)+example\.com", r"https://(?:[a-z]+\.)*example", r"https://([a-z]{2,}-[0-9]+)+\.example"],
)
def test_regexes_that_look_slow(regex: str) -> None:
    """A regex with a repeat in a repeat is used, and named, where it turns out to be fast."""
    with pytest.warns(PolicyWarning, match="It is used as it is"):
        policy = make_policy({"allow_origin_regex": regex}, STANDARD)
    assert [one.pattern for one in policy.regexes] == [regex]


@pytest.mark.parametrize(
    "regex",
    [
        r"https://([a-z0-9]+-?)+\.example\.com",
        r"https://([a-z]+)*\.example",
        r"https://([a-z.]+)+:[0-9]+",
        r"https://([a-z]+){1,50}\.example\.com",
        r"https://(?:[a-z0-9]+-?){1,63}\.example\.com",
    ],
)
def test_regexes_that_are_slow(regex: str) -> None:
    """One that takes time which doubles with each letter is refused: one header would stop the server."""
    with pytest.raises(PolicyError, match="regex-nests-repeats") as caught:
        make_policy({"allow_origin_regex": regex}, STANDARD, {"allow_origin_regex": "origins"})
    assert caught.value.mistakes[0].option == "origins"


def test_names_of_the_package() -> None:
    """A warning and an error speak of the option by the name that the package gives it."""
    with pytest.warns(PolicyWarning, match=r"^origins\[0\]"):
        make_policy({"allow_origins": ["x y"]}, STANDARD, {"allow_origins": "origins"})
    with pytest.warns(PolicyWarning, match="^origins: every origin, with credentials"):
        make_policy({"allow_origins": "*", "allow_credentials": True}, STANDARD, {"allow_origins": "origins"})

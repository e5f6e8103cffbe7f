"""A policy as a value: it never changes, is compared, copied and shown by its settings, and says all its mistakes."""

from __future__ import annotations

import copy
import pickle
import re
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossorigin import Policy, PolicyError, PolicyWarning, SettingError
from crossorigin.errors import MISTAKES
from crossorigin.policy import DEFAULTS

APP = "https://app.example"


def is_own_page(origin: str) -> bool:
    return origin == APP


FULL: dict[str, Any] = {
    "allow_origins": [APP, "https://*.example.org", "http://localhost:*"],
    "allow_origin_regex": re.compile(r"https://[a-z]+\.preview\.example", re.IGNORECASE),
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["Authorization"],
    "allow_credentials": True,
    "expose_headers": ["X-Total"],
    "max_age": None,
    "deny_origins": ["https://old.example.org", "null"],
    "deny_headers": ["X-Debug"],
    "origin_validator": is_own_page,
    "require_origin": True,
    "enforce": "all",
    "websockets": "warn",
    "own_hosts": ["api.example"],
    "preflight_status": 200,
    "error_status": 400,
    "error_messages": {"null-origin": "No."},
    "allow_private_network": True,
    "debug": True,
    "dangerously_allow_any_origin_with_credentials": True,
    "dangerously_allow_null_origin": True,
    "dangerously_allow_public_suffix_subdomains": True,
    "dangerously_allow_nested_repeats": True,
}
POLICIES = [
    Policy(),
    Policy(**FULL),
    Policy(allow_origins="*", allow_methods="*", allow_headers="*", expose_headers="*"),
    Policy(own_hosts=[]),
    *(Policy(**{name: value}) for name, value in FULL.items()),
]


def test_the_full_policy_has_every_option() -> None:
    assert list(FULL) == list(DEFAULTS)
    assert set(Policy(**FULL).settings) == set(DEFAULTS)


def test_defaults() -> None:
    """A policy without settings allows nobody anything."""
    policy = Policy()
    assert {name: getattr(policy, name) for name in DEFAULTS} == DEFAULTS
    assert policy.settings == {}
    assert repr(policy) == "Policy()"
    assert not policy.allows_any_origin
    assert not policy.is_static


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_settings_make_the_same_policy(policy: Policy) -> None:
    """The settings of a policy make an equal one, and so do copying and pickling."""
    again = Policy(**policy.settings)
    assert again == policy
    assert hash(again) == hash(policy)
    assert repr(again) == repr(policy)
    assert copy.copy(policy) == policy
    assert copy.deepcopy(policy) == policy
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        loaded = pickle.loads(pickle.dumps(policy, protocol))
        assert loaded == policy
        assert loaded.allowed.literals == policy.allowed.literals


def test_no_two_of_them_are_equal() -> None:
    """Policies that differ in one setting are not equal, and a policy equals nothing else."""
    assert all(one != other for at, one in enumerate(POLICIES) for other in POLICIES[at + 1 :])
    assert Policy() != {}
    assert Policy() != object()
    assert len({Policy(), Policy(), Policy(max_age=600), Policy(max_age=5)}) == 2


def test_what_was_given_may_change() -> None:
    """A policy keeps what it was given, not the lists and dicts themselves."""
    origins, texts = [APP], {"null-origin": "No."}
    policy = Policy(allow_origins=origins, error_messages=texts)
    origins.append("https://evil.example")
    texts["null-origin"] = "Yes."
    assert policy.allow_origins == (APP,)
    assert policy.error_messages == {"null-origin": "No."}
    policy.settings["allow_origins"] = ()
    policy.settings["error_messages"]["null-origin"] = "Yes."
    assert policy.settings == {"allow_origins": (APP,), "error_messages": {"null-origin": "No."}}
    with pytest.raises(TypeError, match="does not support item assignment"):
        policy.error_messages["null-origin"] = "Yes."  # type: ignore[index]  # that is what is tested


@pytest.mark.parametrize("name", [*DEFAULTS, "allowed", "is_static", "no_such_option"])
def test_a_policy_never_changes(name: str) -> None:
    """A policy is set once: another one takes its place."""
    policy = Policy(**FULL)
    with pytest.raises(AttributeError, match=f"make a new one with {name}='x' and call reconfigure"):
        setattr(policy, name, "x")
    with pytest.raises(AttributeError, match=name):
        delattr(policy, name)
    assert policy == Policy(**FULL)


def test_repr() -> None:
    """A policy is shown as it can be written, with what differs from the defaults, in the order of the options."""
    policy = Policy(max_age=5, allow_credentials=True, allow_origins=[APP], allow_methods=("GET", "HEAD", "POST"))
    assert repr(policy) == f"Policy(allow_origins=('{APP}',), allow_credentials=True, max_age=5)"
    assert eval(repr(policy)) == policy


@pytest.mark.parametrize(
    ("options", "is_static"),
    [
        ({}, True),
        ({"expose_headers": "*", "max_age": 5, "debug": True, "enforce": "all"}, True),
        ({"deny_headers": ["X-A"]}, True),
        ({"deny_origins": [APP]}, False),
        ({"require_origin": True}, False),
        ({"origin_validator": is_own_page}, False),
        ({"allow_credentials": True, "dangerously_allow_any_origin_with_credentials": True}, False),
    ],
)
def test_is_static(options: dict[str, Any], is_static: bool) -> None:
    """A policy of ``*`` gives everyone the same answer, unless another option asks who it is."""
    policy = Policy(allow_origins="*", **options)
    assert policy.allows_any_origin
    assert policy.is_static is is_static
    assert not Policy(allow_origins=[APP]).is_static


def test_patch() -> None:
    """``patch`` is a method of its own, which nearly no script sends: it is taken, and told of."""
    with pytest.warns(PolicyWarning, match=r'^allow_methods has "patch"\. ') as caught:
        policy = Policy(allow_methods=["patch"])
    assert caught[0].filename == __file__
    with pytest.warns(PolicyWarning, match=r'^allow_methods has "Patch"\. '):
        Policy(allow_methods=["Patch"])
    assert policy.allow_methods == ("patch",)
    assert policy.allows_method("patch")
    assert not policy.allows_method("PATCH")


def test_warnings_wait_for_mistakes() -> None:
    """Who must mend a mistake is not told of less."""
    with warnings.catch_warnings(record=True) as caught, pytest.raises(PolicyError):
        Policy(allow_methods=["patch"], max_age=-1)
    assert not caught


def test_all_mistakes_at_once() -> None:
    """Every mistake is found in one go: unknown names, then each option by itself, then what does not go together."""
    with pytest.raises(PolicyError) as raised:
        Policy(
            allow_origins=[f"{APP}/", "app.example", "https://*.vercel.app"],
            allow_methods=["get", "TRACE"],
            allow_headers=["Host", "X A"],
            allow_credentials=True,
            expose_headers=["*"],
            max_age=-1,
            error_status=200,
            origins=[],
        )
    assert [(one.place, one.reason) for one in raised.value.mistakes] == [
        ("Policy", "unknown-option"),
        ("allow_origins[0]", "origin-has-a-trailing-slash"),
        ("allow_origins[1]", "origin-has-no-scheme"),
        ("allow_methods[0]", "method-not-normalized"),
        ("allow_methods[1]", "method-forbidden"),
        ("allow_headers[0]", "header-name-forbidden"),
        ("allow_headers[1]", "header-name-not-a-token"),
        ("max_age", "max-age-out-of-range"),
        ("error_status", "status-out-of-range"),
        ("expose_headers", "wildcard-with-credentials"),
        ("allow_origins", "wildcard-over-public-suffix"),
    ]


ANY_WITH_CREDENTIALS = """\
1 mistake in the CORS settings:

allow_origins: "*" does not go with the other settings
    browsers do not take * as an answer to a request with credentials
List the origins, or drop allow_credentials: a bearer token in the Authorization header needs none. \
dangerously_allow_any_origin_with_credentials=True lets every site read what your users may read \
(docs/reasons.md#wildcard-with-credentials)"""

FIRST_TRY = """\
4 mistakes in the CORS settings:

allow_origins[0]: "https://app.example/" is not an origin that a browser sends
    https://app.example/
                       ^ browsers send no slash after the host, so this can never match
Write "https://app.example" (docs/reasons.md#origin-has-a-trailing-slash)

allow_origins[1]: "localhost:3000" is not an origin that a browser sends
    localhost:3000
    ^ an origin begins with its scheme; without one it can never match
Write "http://localhost:3000" (docs/reasons.md#origin-has-no-scheme)

allow_methods[0]: "get" is not a method that a browser sends
    methods are compared with case, and browsers send this one in upper case
Write "GET" (docs/reasons.md#method-not-normalized)

max_age: "100000" is not a value of this option
    browsers keep a preflight's answer for at most 86400 seconds (a day)
Write a number from 0 to 86400 (docs/reasons.md#max-age-out-of-range)"""


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"allow_origins": ["*"], "allow_credentials": True, "allow_methods": ["*"], "allow_headers": ["*"]},
            ANY_WITH_CREDENTIALS,
        ),
        (
            {"allow_origins": [f"{APP}/", "localhost:3000"], "allow_methods": ["get", "PUT"], "max_age": 100_000},
            FIRST_TRY,
        ),
    ],
    ids=["realistic: what tutorials have", "realistic: a first try"],
)
def test_the_text_of_all_mistakes(options: dict[str, Any], text: str) -> None:
    """A person reads, for each mistake, where it is, why it is one, and what to write."""
    with pytest.raises(PolicyError) as raised:
        Policy(**options)
    assert str(raised.value) == text


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.sampled_from(
        ("*", "GET", "get", APP, "https://*.example.com", "null", "X-A", "browser", "api.example", "(a+)+", "[")
    ),
    st.builds("https://{}".format, st.text("aA.:*/[]@1\u00fc \x00")),
)
values = st.recursive(
    scalars,
    lambda items: st.one_of(
        st.lists(items, max_size=4),
        st.lists(items, max_size=4).map(tuple),
        st.dictionaries(scalars, items, max_size=3),
        st.sets(scalars, max_size=3),
        st.lists(items, max_size=3).map(iter),
    ),
    max_leaves=8,
)


def attempt(options: dict[str, Any]) -> Policy | PolicyError:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        try:
            return Policy(**options)
        except PolicyError as error:
            return error


@pytest.mark.filterwarnings("ignore::FutureWarning")  # a regex may be one that Python will read otherwise
@settings(max_examples=1000)
@given(st.dictionaries(st.one_of(st.sampled_from(list(DEFAULTS)), st.text().map("x{}".format)), values, max_size=5))
def test_any_settings(options: dict[str, Any]) -> None:
    """Whatever the settings, they make a policy that can be made again, or an error that speaks of each mistake."""
    made = attempt(options)
    if isinstance(made, Policy):
        assert attempt(made.settings) == made
        return
    assert made.mistakes
    for mistake in made.mistakes:
        assert isinstance(mistake, SettingError)
        assert mistake.reason in MISTAKES
        assert mistake.fix
    assert str(made).startswith(made.message)

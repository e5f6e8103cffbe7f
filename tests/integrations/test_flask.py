"""Flask: every option of flask-cors, and every way to give it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask_cases import ALL, ALLOWED, A, B, cors, get, make_app, preflight

from crossorigin import Policy, PolicyError, PolicyWarning
from crossorigin.integrations.flask import CORS, core, cross_origin
from crossorigin.integrations.flask._resources import Resources

if TYPE_CHECKING:
    from collections.abc import Callable

# Options, what an actual request from A is told, what one without an origin is told.
ACTUAL: list[tuple[dict[str, Any], dict[str, str], dict[str, str]]] = [
    ({}, ALLOWED, {"allow-origin": "*"}),
    ({"origins": "*"}, ALLOWED, {"allow-origin": "*"}),
    ({"origins": ".*"}, ALLOWED, {"allow-origin": "*"}),
    ({"origins": [B, "*"]}, ALLOWED, {"allow-origin": "*"}),
    ({"origins": A}, ALLOWED, ALLOWED),
    ({"origins": "https://A.EXAMPLE"}, ALLOWED, ALLOWED),
    ({"origins": {B, A}}, ALLOWED, ALLOWED),
    ({"origins": B}, {"vary": "Origin"}, {"allow-origin": B, "vary": "Origin"}),
    ({"origins": r"https?://[ab]\.example"}, ALLOWED, {"vary": "Origin"}),
    ({"origins": re.compile(r"https://\w\.example")}, ALLOWED, {"vary": "Origin"}),
    ({"origins": "https://a.ex.*x"}, {"vary": "Origin"}, {"vary": "Origin"}),
    ({"origins": r"HTTPS://A\.EXAMPLE"}, ALLOWED, {"vary": "Origin"}),
    ({"origins": "https://a.example$"}, ALLOWED, {"vary": "Origin"}),
    (
        {"origins": A, "supports_credentials": True},
        {**ALLOWED, "allow-credentials": "true"},
        {**ALLOWED, "allow-credentials": "true"},
    ),
    ({"send_wildcard": True}, {"allow-origin": "*"}, {"allow-origin": "*"}),
    ({"always_send": False}, ALLOWED, {"vary": "Origin"}),
    ({"origins": A, "always_send": False}, ALLOWED, {"vary": "Origin"}),
    ({"vary_header": False}, {"allow-origin": A}, {"allow-origin": "*"}),
    (
        {"expose_headers": {"X-B", "X-A"}},
        {**ALLOWED, "expose-headers": "X-A, X-B"},
        {"allow-origin": "*", "expose-headers": "X-A, X-B"},
    ),
    (
        {"expose_headers": "X-B, X-A"},
        {**ALLOWED, "expose-headers": "X-B, X-A"},
        {"allow-origin": "*", "expose-headers": "X-B, X-A"},
    ),
    ({"intercept_exceptions": False, "automatic_options": False}, ALLOWED, {"allow-origin": "*"}),
]
# What config cannot say: it has no keys for our own options, and None there is nothing.
OWN: list[tuple[dict[str, Any], dict[str, str], dict[str, str]]] = [
    ({"deny_origins": [A]}, {"vary": "Origin"}, {"vary": "Origin"}),
    ({"origins": None}, {"vary": "Origin"}, {"vary": "Origin"}),
]
FORMS = ["CORS", "init_app", "constructor", "resource", "decorator"]
CASES = [(form, *row) for form in FORMS for row in [*ACTUAL, *OWN]] + [("config", *row) for row in ACTUAL]


@pytest.mark.parametrize(("form", "options", "told", "bare"), CASES, ids=lambda value: repr(value)[:50])
def test_actual(form: str, options: dict[str, Any], told: dict[str, str], bare: dict[str, str]) -> None:
    """An option does the same wherever it is given."""
    app = make_app(**({f"CORS_{name.upper()}": value for name, value in options.items()} if form == "config" else {}))
    match form:
        case "CORS" | "config":
            CORS(app, **(options if form == "CORS" else {}))
        case "init_app":
            CORS(origins="https://c.example").init_app(app, **{"origins": "*", **options})
        case "constructor":
            CORS(**options).init_app(app)
        case "resource":
            CORS(app, origins="https://c.example", resources={"/items": {"origins": "*", **options}})
        case "decorator":
            app.view_functions["items"] = cross_origin(**options)(app.view_functions["items"])
    assert cors(get(app)) == told
    assert cors(get(app, origin=None)) == bare


PREFLIGHTS: list[tuple[dict[str, Any], dict[str, str], dict[str, str]]] = [
    ({}, {}, {"allow-methods": ALL}),
    ({}, {core.ACL_REQUEST_HEADERS: "X-B, x-a"}, {"allow-methods": ALL, "allow-headers": "X-B, x-a"}),
    ({"methods": ["put", "GET"]}, {}, {"allow-methods": "GET, PUT"}),
    ({"methods": "PUT, get"}, {}, {"allow-methods": "PUT, GET"}),
    ({"methods": ["GET"]}, {}, {}),
    ({"methods": "*"}, {}, {"allow-methods": "PUT"}),
    ({"methods": ["PUT"]}, {core.ACL_REQUEST_METHOD: "put"}, {"allow-methods": "PUT"}),
    ({"methods": ["PUT"], "max_age": 5}, {}, {"allow-methods": "PUT", "max-age": "5"}),
    ({"methods": ["PUT"], "max_age": "600"}, {}, {"allow-methods": "PUT", "max-age": "600"}),
    ({"methods": ["PUT"], "max_age": timedelta(minutes=1)}, {}, {"allow-methods": "PUT", "max-age": "60"}),
    (
        {"methods": ["PUT"], "allow_headers": "X-A"},
        {core.ACL_REQUEST_HEADERS: "x-b,x-a"},
        {"allow-methods": "PUT", "allow-headers": "x-a"},
    ),
    (
        {"methods": ["PUT"], "allow_headers": ["X-A"]},
        {core.ACL_REQUEST_HEADERS: "content-type"},
        {"allow-methods": "PUT"},
    ),
    (
        {"methods": ["PUT"], "allow_headers": [r"X-C.*", re.compile("X-D")]},
        {core.ACL_REQUEST_HEADERS: "x-cd,x-dd,x-e"},
        {"allow-methods": "PUT", "allow-headers": "x-cd, x-dd"},
    ),
    (
        {"methods": ["PUT"], "allow_headers": "content-.*"},
        {core.ACL_REQUEST_HEADERS: "content-type,accept"},
        {"allow-methods": "PUT", "allow-headers": "content-type"},
    ),
    ({"methods": ["PUT"], "allow_headers": []}, {core.ACL_REQUEST_HEADERS: "x-a"}, {"allow-methods": "PUT"}),
    (
        {"methods": ["PUT"], "allow_private_network": True},
        {core.ACL_REQUEST_HEADER_PRIVATE_NETWORK: "true"},
        {"allow-methods": "PUT", "allow-private-network": "true"},
    ),
    (
        {"methods": ["PUT"]},
        {core.ACL_REQUEST_HEADER_PRIVATE_NETWORK: "true"},
        {"allow-methods": "PUT", "allow-private-network": "false"},
    ),
]


@pytest.mark.parametrize("form", ["CORS", "decorator"])
@pytest.mark.parametrize(("options", "asked", "told"), PREFLIGHTS, ids=lambda value: repr(value)[:50])
def test_preflight(form: str, options: dict[str, Any], asked: dict[str, str], told: dict[str, str]) -> None:
    """A preflight has status 200; what is not allowed is left out."""
    app = make_app()
    if form == "CORS":
        CORS(app, **options)
    else:
        app.add_url_rule("/view", view_func=cross_origin(**options)(lambda: "ok"), endpoint="view", methods=["PUT"])
    for _ in range(2):
        assert preflight(app, "/items" if form == "CORS" else "/view", **asked) == {**ALLOWED, **told}


@pytest.mark.parametrize("allowed", ["true", "false"])
def test_private_network(allowed: str) -> None:
    """An actual request is told, too, and only one that asks."""
    app = make_app()
    CORS(app, origins=A, allow_private_network=allowed == "true")
    asked = {core.ACL_REQUEST_HEADER_PRIVATE_NETWORK.replace("-", "_"): "true"}
    assert cors(get(app, **asked)) == {**ALLOWED, "allow-private-network": allowed}
    assert cors(get(app)) == ALLOWED


@pytest.mark.parametrize("form", ["CORS", "decorator"])
def test_every_origin_with_credentials(form: str) -> None:
    """It means every origin without credentials, and says so."""
    app = make_app()
    if form == "CORS":
        with pytest.warns(PolicyWarning, match="origins: every origin, with credentials"):
            CORS(app, supports_credentials=True)
    else:
        app.view_functions["items"] = cross_origin(supports_credentials=True)(app.view_functions["items"])
        with pytest.warns(PolicyWarning, match="cross_origin of make_app.*: origins: every origin"):
            assert cors(get(app)) == ALLOWED
    assert cors(get(app)) == ALLOWED


def test_a_warning_fails_no_request(caplog: pytest.LogCaptureFixture) -> None:
    """Where warnings are errors, the view answers, and the log tells."""
    app = make_app()
    app.view_functions["items"] = cross_origin(supports_credentials=True)(app.view_functions["items"])
    assert cors(get(app)) == ALLOWED
    assert "every origin, with credentials" in caplog.text


def test_the_config_may_mend_a_decorator() -> None:
    """So nothing is warned of where the decorator stands."""
    app = make_app(CORS_ORIGINS=[A])
    app.view_functions["items"] = cross_origin(supports_credentials=True)(app.view_functions["items"])
    assert cors(get(app)) == {**ALLOWED, "allow-credentials": "true"}


@pytest.mark.parametrize(
    "origins", ["https://a.example/", "null", "file://", ["https://a.example, https://b.example"]], ids=str
)
def test_what_has_no_effect_is_dropped(origins: Any) -> None:
    """With one warning, in the names of flask-cors."""
    app = make_app()
    with pytest.warns(PolicyWarning, match="origins"):
        CORS(app, origins=origins)
    assert cors(get(app, origin="null")) == cors(get(app)) == {"vary": "Origin"}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"resources": 5}, "resources"),
    ({"resources": {"/api": "https://a.example"}}, "resources"),
    ({"resources": [5]}, "resources"),
    ({"resources": "/(["}, "regular expression|unterminated"),
    ({"resources": {"/api": {"origin": "*"}}}, 'Did you mean "origins"'),
    ({"origins": "(["}, "origins"),
    ({"allow_headers": "(["}, "allow_headers"),
    ({"max_age": "soon"}, "max_age"),
    ({"origin": A}, 'Did you mean "origins"'),
    ({"allow_origins": A}, 'Did you mean "origins"'),
    ({"allowed_origins": A}, 'Did you mean "origins"'),
    ({"allow_origin_regex": A}, 'Did you mean "origins"'),
    ({"allow_credentials": True}, 'Did you mean "supports_credentials"'),
    ({"credentials": True}, 'Did you mean "supports_credentials"'),
    ({"resource": "/api"}, 'Did you mean "resources"'),
    ({"orgins": A, "xyz": True}, 'Did you mean "origins"'),
]


@pytest.mark.parametrize(("options", "text"), WRONG, ids=str)
def test_wrong_options(options: dict[str, Any], text: str) -> None:
    """What is wrong is a ValueError where it is written, with the nearest known name."""
    if "xyz" in options:
        with pytest.warns(PolicyWarning, match="xyz"), pytest.raises(PolicyError, match=text):
            CORS(Flask("api"), **options)
        return
    with pytest.raises(ValueError, match=text) as caught:
        CORS(Flask("api"), **options)
    assert caught.type is PolicyError
    if "resources" not in options:
        with pytest.raises(PolicyError, match=text):
            cross_origin(**options)(lambda: "ok")


NO_EFFECT: list[tuple[str, str]] = [
    ("headers", 'Did you mean "allow_headers"'),
    ("allow_methods", 'Did you mean "methods"'),
    ("vary_headers", 'Did you mean "vary_header"'),
    ("max-age", 'Did you mean "max_age"'),
    ("deny_origin", 'Did you mean "deny_origins"'),
    ("error_states", 'Did you mean "error_status"'),
    ("xyz", "Known are"),
]


@pytest.mark.parametrize("form", ["CORS", "init_app", "resource", "decorator"])
@pytest.mark.parametrize(("name", "text"), NO_EFFECT)
def test_unknown_options(form: str, name: str, text: str) -> None:
    """An app starts with them, and is told once, where they are written, what they were probably meant to be."""
    app = make_app()
    options: Any = {"origins": A, name: ["PUT"]}
    ways: dict[str, Callable[[], object]] = {
        "CORS": lambda: CORS(app, **options),
        "init_app": lambda: CORS().init_app(app, **options),
        "resource": lambda: CORS(app, resources={"/items": options}),
        "decorator": lambda: app.view_functions.update(items=cross_origin(**options)(app.view_functions["items"])),
    }
    with pytest.warns(PolicyWarning, match=f'"{name}" is not known') as caught:
        ways[form]()
    assert [warning.filename for warning in caught] == [__file__]
    assert text in str(caught[0].message)
    assert cors(get(app)) == ALLOWED
    assert cors(get(app, origin=B)) == {"vary": "Origin"}


@pytest.mark.parametrize(("origins", "told"), [([None], {"vary": "Origin"}), ([A, None], ALLOWED)], ids=str)
def test_an_unset_variable_is_no_origin(origins: Any, told: dict[str, str]) -> None:
    """It is dropped from the list, with a warning."""
    app = make_app()
    with pytest.warns(PolicyWarning, match=r"origins\[\d\].*(\n.*)*not set is None") as caught:
        CORS(app, origins=origins)
    assert len(caught) == 1
    assert cors(get(app)) == told


def test_wrong_calls() -> None:
    with pytest.raises(TypeError, match="not both"):
        CORS(Flask("api"), policy=Policy(), origins="*")
    decorate: Any = cross_origin
    for arguments, options in (((), {"policy": Policy(), "origins": "*"}), ((), {"policy": "*"}), ((print,), {})):
        with pytest.raises(TypeError, match="write @cross_origin"):
            decorate(*arguments, **options)
    with pytest.warns(PolicyWarning, match="has no effect"):
        decorate("*")


def test_constants() -> None:
    """Those that flask_cors.core has, and all the keys of the config."""
    assert core.re is re
    assert len(core.CONFIG_OPTIONS) == 13
    assert core.ACL_ORIGIN == "Access-Control-Allow-Origin"


def test_resources_are_values() -> None:
    """They are equal where paths, policies and their order are."""
    one, other = (re.compile("/a"), Policy()), ("/b", Policy(allow_origins="*"))
    assert Resources([one, other]) == Resources([one, other]) != Resources([other, one])
    assert hash(Resources([one, other])) == hash(Resources([one, other]))
    assert "'/b', Policy(allow_origins=('*',))" in repr(Resources([other]))


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("CORS_ORIGIN", "CORS_ORIGINS"),
        ("CORS_ALLOW_ORIGINS", "CORS_ORIGINS"),
        ("CORS_ALLOW_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
        ("CORS_HEADERS", "CORS_ALLOW_HEADERS"),
        ("CORS_ZZZ", "Known are"),
    ],
)
def test_keys_of_the_config_that_are_none(key: str, nearest: str) -> None:
    """A misspelt key, which would leave the default in force, is named; one that is no text is not ours."""
    app = Flask(__name__)
    app.config.update({key: "https://app.example", "OTHER": 1})
    with pytest.warns(PolicyWarning, match=nearest) as caught:
        CORS(app)
    assert len(caught) == 1

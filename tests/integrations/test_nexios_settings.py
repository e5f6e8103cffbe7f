"""Nexios' settings: what each stands for, what takes effect at once, and what has no effect and is named."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from nexios import config as nexios_config

from crossorigin import PolicyError, PolicyWarning, decide
from crossorigin.integrations.nexios import CorsConfig, MakeConfig
from crossorigin.messages import Request

APP = "https://app.example"
EVIL = "https://evil.example"
ALL = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


def test_defaults_are_the_documented_ones() -> None:
    """All methods, credentials, ten minutes, no origin; a refusal has status 400, a preflight 201."""
    config = CorsConfig()
    policy = config.policy
    assert (policy.allow_origins, set(policy.allow_methods)) == ((), ALL)
    assert (policy.allow_credentials, policy.max_age, policy.require_origin, policy.debug) == (True, 600, False, False)
    assert (policy.error_status, policy.preflight_status, policy.websockets) == (400, 201, "warn")
    assert (config.allow_origins, set(config.allow_methods), config.max_age) == ((), ALL, 600)
    assert (config.custom_error_status, config.custom_error_messages, config.debug) == (400, {}, False)


#: settings, the option of the policy, and its value
STANDS_FOR: list[tuple[dict[str, Any], str, object]] = [
    ({"allow_origins": [APP]}, "allow_origins", (APP,)),
    ({"allow_origins": APP}, "allow_origins", (APP,)),
    ({"blacklist_origins": [EVIL]}, "deny_origins", (EVIL,)),
    ({"allow_methods": ["get", "Post"]}, "allow_methods", ("GET", "POST")),
    ({"allow_methods": "put"}, "allow_methods", ("PUT",)),
    ({"allow_methods": []}, "allow_methods", tuple(sorted(ALL))),
    ({"allow_methods": ["*"]}, "allow_methods", ("*",)),
    ({"allow_headers": ["X-Custom"]}, "allow_headers", ("X-Custom",)),
    ({"blacklist_headers": ["X-No"]}, "deny_headers", ("X-No",)),
    ({"allow_credentials": False}, "allow_credentials", False),
    ({"allow_origins": ["*"]}, "allow_credentials", False),
    ({"allow_origin_regex": ""}, "allow_origin_regex", None),
    ({"expose_headers": ["X-Total"]}, "expose_headers", ("X-Total",)),
    ({"max_age": 0}, "max_age", 0),
    ({"max_age": None}, "max_age", 600),
    ({"strict_origin_checking": True}, "require_origin", True),
    ({"debug": True}, "debug", True),
    ({"custom_error_status": 418}, "error_status", 418),
    ({"custom_error_status": 0}, "error_status", 400),
    ({"custom_error_messages": {}}, "error_messages", {}),
    ({"deny_origins": [EVIL], "enforce": "all"}, "enforce", "all"),
    ({"websockets": "check"}, "websockets", "check"),
]


@pytest.mark.parametrize(("settings", "option", "value"), STANDS_FOR, ids=[str(row[0]) for row in STANDS_FOR])
def test_settings_stand_for_a_policy(settings: dict[str, Any], option: str, value: object) -> None:
    assert getattr(CorsConfig(**settings).policy, option) == value
    assert getattr(MakeConfig({"cors": settings}).cors.policy, option) == value


def _never(_origin: str) -> bool:
    return False


#: settings, and what the warning says
NO_EFFECT: list[tuple[dict[str, Any], str]] = [
    ({"allow_origins": ["*"], "allow_credentials": True}, "allow_origins: every origin, with credentials"),
    ({"allow_origin_regex": "https://.*"}, "allow_origin_regex: every origin, with credentials"),
    ({"allow_origins": [APP, "null"]}, "is not an origin"),
    ({"allow_origins": [f"{APP}/"]}, "trailing-slash"),
    ({"allow_headers": ["Cookie"]}, "Cookie"),
    ({"allow_methods": ["GET", "TRACE"]}, "TRACE"),
    ({"max_age": 100_000}, "max_age"),
    ({"blacklist_origins": ["example"]}, "blacklist_origins"),
    ({"allow_origin": [APP]}, 'Did you mean "allow_origins"'),
    ({"custom_error_messages": {"dissallowed_origin": "No."}}, 'Did you mean "disallowed_origin"'),
    ({"dynamic_origin_validator": "no function"}, "cannot be called"),
    ({"dynamic_origin_validator": _never, "allow_origins": ["*"]}, "never asked"),
    ({"dynamic_origin_validator": _never, "allow_origins": [APP]}, "takes its place"),
]


@pytest.mark.parametrize(("settings", "text"), NO_EFFECT, ids=[row[1] for row in NO_EFFECT])
def test_what_has_no_effect_is_dropped_and_named(settings: dict[str, Any], text: str) -> None:
    """It never keeps an app from starting, and the warning points at the code that wrote it."""
    with pytest.warns(PolicyWarning, match=text.replace("(", r"\(")) as caught:
        CorsConfig(**settings)
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(PolicyWarning) as caught:
        MakeConfig({"cors": settings})
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("messages", "origin", "method", "names", "told"),
    [
        ({"disallowed_origin": "No."}, EVIL, "GET", "", "No."),
        ({"disallowed_origin": "No."}, "null", "GET", "", "No."),
        ({"disallowed_method": "No."}, APP, "PURGE", "", "No."),
        ({"disallowed_method": "No."}, APP, "P Q", "", "No."),
        ({"disallowed_header": "No."}, APP, "GET", "x-no", "No."),
        ({"disallowed_header": "No.", "disallowed_origin": "Nowhere."}, EVIL, "GET", "x-no", "Nowhere."),
        ({"disallowed_header": "No."}, EVIL, "GET", "", "CORS request denied."),
    ],
)
def test_messages(messages: dict[str, str], origin: str, method: str, names: str, told: str) -> None:
    """Of several faults, the first is told, as JSON."""
    headers = [("Origin", origin), ("Access-Control-Request-Method", method)]
    headers += [("Access-Control-Request-Headers", names)] if names else []
    policy = CorsConfig(allow_origins=[APP], custom_error_messages=messages).policy
    decision = decide(policy, Request("OPTIONS", "/", headers))
    assert (decision.status, decision.body) == (400, f'"{told}"')


def test_a_missing_origin_has_a_message() -> None:
    config = CorsConfig(strict_origin_checking=True, custom_error_messages={"missing_origin": "Whence?"})
    decision = decide(config.policy, Request("GET", "/", []))
    assert (decision.status, decision.body) == (400, '"Whence?"')


@pytest.mark.parametrize("debug", [True, False])
def test_debug_changes_no_answer(debug: bool) -> None:
    policy = CorsConfig(allow_origins=[APP], debug=debug).policy
    for origin, method in ((APP, "GET"), (EVIL, "GET"), (APP, "PURGE")):
        request = Request("OPTIONS", "/", [("Origin", origin), ("Access-Control-Request-Method", method)])
        assert decide(policy, request)[:6] == decide(CorsConfig(allow_origins=[APP]).policy, request)[:6]


def assign_item(config: Any, name: str, value: object) -> None:
    config.cors[name] = value


def assign_attribute(config: Any, name: str, value: object) -> None:
    setattr(config.cors, name, value)


def update_section(config: Any, name: str, value: object) -> None:
    config.cors.update({name: value})


def update_whole(config: Any, name: str, value: object) -> None:
    config.update({"cors": {name: value}})


def assign_section(config: Any, name: str, value: object) -> None:
    config["cors"] = {"allow_origins": [APP], name: value}


WAYS = [assign_item, assign_attribute, update_section, update_whole, assign_section]


@pytest.mark.parametrize("assign", WAYS, ids=lambda way: way.__name__)
def test_an_assignment_takes_effect_at_once(assign: Any) -> None:
    config = MakeConfig({"cors": {"allow_origins": [APP]}})
    section = config.cors
    assign(config, "max_age", 60)
    assert (section.policy.max_age, section.policy.allow_origins) == (60, (APP,))
    assert (config.cors["max_age"], config["cors.max_age"], config.to_dict()["cors"]["max_age"]) == (60, 60, 60)


@pytest.mark.parametrize("assign", WAYS, ids=lambda way: way.__name__)
def test_an_invalid_assignment_raises_and_changes_nothing(assign: Any) -> None:
    config = MakeConfig({"cors": {"allow_origins": [APP], "max_age": 60}})
    before = config.cors.policy
    with pytest.raises(PolicyError, match="allow_origin_regex"):
        assign(config, "allow_origin_regex", "(")
    assert config.cors.policy is before
    assert config.cors.to_dict() == {"allow_origins": (APP,), "max_age": 60}


@pytest.mark.parametrize("origins", [[APP], {APP}, None], ids=str)
def test_a_setting_is_not_changed_in_place(origins: Any) -> None:
    """It would be read as changed, and have no effect: it raises."""
    section: Any = {"allow_origins": origins, "custom_error_messages": {"missing_origin": "Whence?"}}
    config = MakeConfig({"cors": section})
    assert config.cors["allow_origins"] == config.cors.allow_origins == config.cors.policy.allow_origins
    with pytest.raises(AttributeError):
        config.cors["allow_origins"].append(EVIL)
    with pytest.raises(TypeError):
        config.cors["custom_error_messages"]["missing_origin"] = "Where?"
    written = json.loads(config.to_json())["cors"]
    assert (written.get("allow_origins"), written["custom_error_messages"]) == (
        [APP] if origins else None,
        section["custom_error_messages"],
    )


def test_settings_that_cannot_be_changed() -> None:
    config = MakeConfig({"cors": {"allow_origins": [APP]}}, immutable=True)
    for target in (config, config.cors, CorsConfig(immutable=True)):
        with pytest.raises(AttributeError, match="immutable"):
            target["max_age"] = 60


def test_a_config_is_nexios_own_kind() -> None:
    """Whatever else it holds is read and written as ever."""
    cors = CorsConfig(allow_origins=[APP])
    config = MakeConfig({"debug": False, "db": {"host": "here"}}, defaults={"debug": True, "port": 80}, cors=cors)
    assert isinstance(config, nexios_config.MakeConfig)
    assert (config.debug, config.port, config.db.host, config["db.host"]) == (False, 80, "here", "here")
    assert config.cors is cors
    config["debug"] = True
    assert config.debug is True
    assert (config.nothing, config.cors.nothing) == (None, None)
    assert config.to_dict()["cors"] == {"allow_origins": (APP,)}
    config.cors = None
    assert config.cors is None


@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy])
def test_a_copy_is_another_config(make_copy: Any) -> None:
    config = CorsConfig(allow_origins=[APP])
    twin = make_copy(config)
    assert twin.policy == config.policy
    twin.max_age = 60
    assert config.max_age == 600
    with pytest.raises(AttributeError):
        _ = config._absent

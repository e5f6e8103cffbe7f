"""Django's system checks: what ``manage.py check`` says of the settings, by ids that never change."""

from __future__ import annotations

import io
import re
import sys
import types
from typing import Any

import pytest
from django.apps import apps
from django.conf.urls.i18n import i18n_patterns
from django.core.checks import run_checks
from django.core.checks.messages import WARNING
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import path
from integrations.django_project import APP, COMMON, MIDDLEWARE, items

from crossorigin import Policy
from crossorigin.integrations.django import conf as module
from crossorigin.integrations.django._state import state
from crossorigin.integrations.django.checks import check_settings
from crossorigin.integrations.django.conf import conf
from crossorigin.integrations.django.middleware import CorsMiddleware


class Own(CorsMiddleware):
    """A project's own."""


CREDENTIALS = {"CORS_ALLOW_CREDENTIALS": True}
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
GET = "django.middleware.http.ConditionalGetMiddleware"
LEFTOVER = "corsheaders.middleware.CorsMiddleware"
LOCALE = "django.middleware.locale.LocaleMiddleware"
SECURITY = "django.middleware.security.SecurityMiddleware"
WHITE = "whitenoise.middleware.WhiteNoiseMiddleware"

#: What never answers in the place of a middleware behind it.
QUIET = [
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    CSRF,
]

by_language = types.ModuleType(f"{__name__}.by_language")
by_language.urlpatterns = i18n_patterns(path("data", items))  # type: ignore[attr-defined]  # the module is made here
sys.modules[by_language.__name__] = by_language

ROWS: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("nothing is written", {}, [], ""),
    ("all is well", {"CORS_ALLOWED_ORIGINS": [APP, "https://*.example.org"], **CREDENTIALS}, [], ""),
    ("headers", {"CORS_ALLOW_HEADERS": "accept"}, ["E001"], "CORS_ALLOW_HEADERS should be a sequence of strings."),
    ("methods", {"CORS_ALLOW_METHODS": [1]}, ["E002"], "CORS_ALLOW_METHODS should be a sequence of strings."),
    ("credentials", {"CORS_ALLOW_CREDENTIALS": 1}, ["E003"], "CORS_ALLOW_CREDENTIALS should be a bool."),
    (
        "age",
        {"CORS_PREFLIGHT_MAX_AGE": -1},
        ["E004"],
        "CORS_PREFLIGHT_MAX_AGE should be an integer greater than or equal to zero.",
    ),
    ("all, by its old name", {"CORS_ORIGIN_ALLOW_ALL": 1}, ["E005"], "CORS_ORIGIN_ALLOW_ALL should be a bool."),
    ("origins", {"CORS_ALLOWED_ORIGINS": APP}, ["E006"], "CORS_ALLOWED_ORIGINS should be a sequence of strings."),
    (
        "regexes",
        {"CORS_ALLOWED_ORIGIN_REGEXES": [1]},
        ["E007"],
        "CORS_ALLOWED_ORIGIN_REGEXES should be a sequence of strings and/or compiled regexes.",
    ),
    ("exposed", {"CORS_EXPOSE_HEADERS": [1]}, ["E008"], "CORS_EXPOSE_HEADERS should be a sequence."),
    ("paths", {"CORS_URLS_REGEX": 1}, ["E009"], "CORS_URLS_REGEX should be a string or regex."),
    ("a model", {"CORS_MODEL": "x"}, ["E012"], "The CORS_MODEL setting has been removed."),
    ("a referer", {"CORS_REPLACE_HTTPS_REFERER": True}, ["E013"], "The CORS_REPLACE_HTTPS_REFERER setting"),
    (
        "an origin without scheme",
        {"CORS_ORIGIN_WHITELIST": ["app.example"]},
        ["E013"],
        "Origin 'app.example' in CORS_ORIGIN_WHITELIST is missing scheme or netloc",
    ),
    ("no URL at all", {"CORS_ALLOWED_ORIGINS": ["http://["]}, ["E013"], "is missing scheme or netloc"),
    (
        "an origin with a path and more",
        {"CORS_ALLOWED_ORIGINS": ["https://app.example/a?b#c"]},
        ["E014", "E014", "E014"],
        "should not have path",
    ),
    ("a private network", {"CORS_ALLOW_PRIVATE_NETWORK": 1}, ["E015"], "CORS_ALLOW_PRIVATE_NETWORK should be a bool."),
    ("a policy", {"CORS_POLICY": Policy()}, [], ""),
    (
        "a policy beside a setting",
        {"CORS_POLICY": Policy(), "CORS_ALLOW_CREDENTIALS": True},
        ["E016"],
        "take out CORS_ALLOW_CREDENTIALS",
    ),
    ("a policy that is none", {"CORS_POLICY": {}}, ["E016"], "CORS_POLICY should be a Policy or a Ruleset"),
    ("a regex that is none", {"CORS_ALLOWED_ORIGIN_REGEXES": ["("]}, ["E017"], "CORS_ALLOWED_ORIGIN_REGEXES"),
    ("a path that is none", {"CORS_URLS_REGEX": "("}, ["E017"], "CORS_URLS_REGEX"),
    ("a path too deep", {"CORS_URLS_REGEX": "(" * 500 + ")" * 500}, ["E017"], "CORS_URLS_REGEX"),
    ("a path too long", {"CORS_URLS_REGEX": "a{99999999999999999999}"}, ["E017"], "CORS_URLS_REGEX"),
    ("an own option", {"CORS_ENFORCE": "some"}, ["E017"], "CORS_ENFORCE"),
    ("a star", {"CORS_ALLOWED_ORIGINS": ["*"]}, ["W001"], "CORS_ALLOWED_ORIGINS holds '*', which allows every origin."),
    ("a star beside names", {"CORS_ALLOWED_ORIGINS": [APP, "*"]}, ["W001"], "holds '*'"),
    (
        "a star with credentials",
        {"CORS_ALLOWED_ORIGINS": ["*"], **CREDENTIALS},
        ["W001", "W002"],
        "answered as every origin without credentials",
    ),
    (
        "all with credentials",
        {"CORS_ORIGIN_ALLOW_ALL": True, **CREDENTIALS},
        ["W002"],
        "CORS_ORIGIN_ALLOW_ALL: every origin, with credentials",
    ),
    (
        "a regex of all with credentials",
        {"CORS_ALLOWED_ORIGIN_REGEXES": [".*"], **CREDENTIALS},
        ["W002"],
        "CORS_ALLOWED_ORIGIN_REGEXES: every origin",
    ),
    ("no middleware", {"MIDDLEWARE": [COMMON]}, ["W003"], "CorsMiddleware is not in MIDDLEWARE"),
    ("an own middleware", {"MIDDLEWARE": [f"{__name__}.Own", COMMON, "no.such"]}, [], ""),
    ("one that cannot be imported", {"MIDDLEWARE": ["no.such", MIDDLEWARE]}, ["W004"], "behind no.such,"),
    ("the wrong order", {"MIDDLEWARE": [COMMON, MIDDLEWARE]}, ["W004"], f"CorsMiddleware stands behind {COMMON}"),
    ("security first", {"MIDDLEWARE": [SECURITY, MIDDLEWARE]}, [], ""),
    (
        "a redirect first",
        {"MIDDLEWARE": [SECURITY, MIDDLEWARE], "SECURE_SSL_REDIRECT": True},
        ["W004"],
        f"CorsMiddleware stands behind {SECURITY}",
    ),
    ("those that never answer", {"MIDDLEWARE": [*QUIET, MIDDLEWARE]}, [], ""),
    ("an unknown one", {"MIDDLEWARE": [*QUIET, WHITE, MIDDLEWARE]}, ["W004"], f"CorsMiddleware stands behind {WHITE},"),
    ("no redirects to languages", {"MIDDLEWARE": [LOCALE, MIDDLEWARE]}, [], ""),
    ("URLs that fail", {"MIDDLEWARE": [LOCALE, MIDDLEWARE], "ROOT_URLCONF": "no.such"}, [], ""),
    (
        "a leftover",
        {"MIDDLEWARE": [COMMON, LEFTOVER]},
        ["W003"],
        f"CorsMiddleware is not in MIDDLEWARE: {LEFTOVER} stands there.",
    ),
    (
        "every exposed header with credentials",
        {"CORS_ALLOWED_ORIGINS": [APP], "CORS_EXPOSE_HEADERS": ["*"], **CREDENTIALS},
        ["W005"],
        "CORS_EXPOSE_HEADERS",
    ),
    (
        "an origin that no browser sends",
        {"CORS_ALLOWED_ORIGINS": ["https://app.example:443"]},
        ["W005"],
        "Until then, it has no effect",
    ),
    ("a forbidden name", {"CORS_ALLOW_HEADERS": ["Cookie"]}, ["W005"], "CORS_ALLOW_HEADERS[0]"),
    ("a long age", {"CORS_PREFLIGHT_MAX_AGE": 864000}, ["W005"], "CORS_PREFLIGHT_MAX_AGE"),
    ("a name that is none", {"CORS_ALLOW_ORIGINS": [APP]}, ["W006"], "CORS_ALLOW_ORIGINS is not a setting"),
    ("one like no other", {"CORS_Q": 1}, ["W006"], "CORS_Q is not a setting"),
    (
        "plain http with credentials",
        {"CORS_ALLOWED_ORIGINS": ["http://plain.example"], **CREDENTIALS},
        ["W007"],
        "without https",
    ),
    ("null", {"CORS_ALLOWED_ORIGINS": ["null"]}, ["W008"], "Origin 'null' in CORS_ALLOWED_ORIGINS has no effect"),
    (
        "null, allowed",
        {"CORS_ALLOWED_ORIGINS": ["null"], "CORS_DANGEROUSLY_ALLOW_NULL_ORIGIN": True},
        [],
        "",
    ),
    ("a file", {"CORS_ALLOWED_ORIGINS": ["file://"]}, ["W008"], "Origin 'file://'"),
]


@pytest.mark.parametrize(("settings", "ids", "text"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_checks(settings: dict[str, Any], ids: list[str], text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mistake is told once, with what to write instead."""
    monkeypatch.setattr(state, "has_views", False)
    with override_settings(**settings):
        found = [message for message in run_checks(tags=["security"]) if message.id.startswith("crossorigin.")]
    assert [message.id.removeprefix("crossorigin.") for message in found] == ids
    assert all(message.hint and (message.level > WARNING) is ("E" in message.id) for message in found)
    assert text in " ".join(message.msg for message in found)


#: What is asked for, the settings, the middleware before ours, the status, and whether the answer gets our headers.
FRONTS: list[tuple[str, str, dict[str, Any], str, int, bool]] = [
    ("a form without its token", "POST /items", {}, CSRF, 403, True),
    ("what may be compressed", "GET /items", {}, "django.middleware.gzip.GZipMiddleware", 200, True),
    ("another host", "GET /items", {"PREPEND_WWW": True}, COMMON, 301, False),
    ("plain http", "GET /items", {"SECURE_SSL_REDIRECT": True}, SECURITY, 301, False),
    ("what did not change", "GET /items", {}, GET, 304, False),
    ("no language", "GET /data", {"ROOT_URLCONF": by_language.__name__}, LOCALE, 302, False),
]


@pytest.mark.parametrize("row", [row[1:] for row in FRONTS], ids=[row[0] for row in FRONTS])
def test_who_is_warned_of(row: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """W004 is told of a middleware whose own answers lack the headers, and of no other one of Django's."""
    asked, settings, front, status, has_headers = row
    monkeypatch.setattr(state, "has_views", False)
    method, url = asked.split()
    with override_settings(MIDDLEWARE=[front, MIDDLEWARE], CORS_ALLOWED_ORIGINS=[APP], **settings):
        client = Client(enforce_csrf_checks=True)
        tag = client.get(url).headers.get("ETag", "")
        answer = client.generic(method, url, headers={"origin": APP, "if-none-match": tag})
        found = [message.id for message in check_settings()]
    assert (answer.status_code, answer.has_header("access-control-allow-origin")) == (status, has_headers)
    assert found == ([] if has_headers else ["crossorigin.W004"])


OURS = f'"{MIDDLEWARE}"'
HINTS: list[tuple[dict[str, Any], str]] = [
    ({"CORS_ALLOWED_ORIGINS": [f"{APP}/"]}, f'It ends with a slash: write "{APP}"'),
    ({"CORS_ALLOWED_ORIGINS": [f"{APP}/a/"]}, f'Write "{APP}"'),
    ({"MIDDLEWARE": [LEFTOVER]}, f"Write {OURS} in its place, first in MIDDLEWARE"),
    ({"MIDDLEWARE": []}, f"Put {OURS} first into MIDDLEWARE"),
    (
        {"CORS_ALLOW_ALL_ORIGINS": True, **CREDENTIALS},
        "in CORS_ALLOWED_ORIGINS, in the place of CORS_ALLOW_ALL_ORIGINS",
    ),
    ({"CORS_ORIGIN_WHITELIST": ["*"], **CREDENTIALS}, "in CORS_ALLOWED_ORIGINS, in the place of '*'"),
    ({"CORS_ALLOW_ALL_ORIGINS": True, **CREDENTIALS}, "Set CORS_ALLOW_CREDENTIALS = False"),
    ({"CORS_ALLOW_ORIGINS": [APP]}, "Did you mean CORS_ALLOWED_ORIGINS?"),
]


@pytest.mark.parametrize(("settings", "hint"), HINTS)
def test_hints(settings: dict[str, Any], hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint says what to write, and the message does not say it, too."""
    monkeypatch.setattr(state, "has_views", False)
    with override_settings(**settings):
        found = check_settings()[-1]
    assert hint in found.hint
    assert hint not in found.msg
    assert "CORS_ALLOW_CREDENTIALS" not in found.msg


def test_a_leftover_is_told_where_views_are_decorated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "has_views", True)
    with override_settings(MIDDLEWARE=[LEFTOVER]):
        assert [message.id for message in check_settings()] == ["crossorigin.W003"]


def test_unknown_settings_are_logged_at_the_start(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who loads the middleware is told once, as by the check."""
    monkeypatch.setattr(state, "_told", set())
    with override_settings(CORS_ALLOW_ORIGINS=[APP], CORS_Q=1):
        for _ in range(2):
            CorsMiddleware(items)
    assert [record.getMessage() for record in caplog.records] == [
        "CORS_ALLOW_ORIGINS is not a setting, so it has no effect. Did you mean CORS_ALLOWED_ORIGINS?",
        "CORS_Q is not a setting, so it has no effect. Take it out, or rename it",
    ]


@pytest.mark.parametrize("is_left", [False, True])
def test_a_missing_app_is_logged_at_the_start(
    is_left: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the app nothing is checked, so the start says it, and what to write."""
    monkeypatch.setattr(apps, "is_installed", (["corsheaders"] if is_left else []).__contains__)
    monkeypatch.setattr(state, "_told", set())
    for _ in range(2):
        CorsMiddleware(items)
    text = 'no check looks at the CORS settings: put "crossorigin.integrations.django" into INSTALLED_APPS'
    assert [record.getMessage() for record in caplog.records] == [
        f'{text}, in the place of "corsheaders"' if is_left else text
    ]


def test_decorated_views_need_no_middleware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "has_views", True)
    with override_settings(MIDDLEWARE=[]):
        assert check_settings() == []


def test_command() -> None:
    """The command shows them, and fails for errors only."""
    written = io.StringIO()
    with override_settings(CORS_ALLOWED_ORIGINS=["*"]):
        call_command("check", "--tag", "security", stderr=written, stdout=written)
    assert "crossorigin.W001" in written.getvalue()
    with override_settings(CORS_ALLOWED_ORIGINS=object), pytest.raises(CommandError, match=re.escape("E006")):
        call_command("check", "--tag", "security")


OTHERS: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "CORS_PREFLIGHT_MAX_AGE", 86400),
    ({"CORS_ORIGIN_ALLOW_ALL": True}, "CORS_ALLOW_ALL_ORIGINS", True),
    ({"CORS_ORIGIN_ALLOW_ALL": True, "CORS_ALLOW_ALL_ORIGINS": False}, "CORS_ALLOW_ALL_ORIGINS", False),
    ({"CORS_ORIGIN_REGEX_WHITELIST": ["a"]}, "CORS_ALLOWED_ORIGIN_REGEXES", ["a"]),
]


@pytest.mark.parametrize(("settings", "name", "value"), OTHERS)
def test_conf(settings: dict[str, Any], name: str, value: object) -> None:
    """The settings are read under both names, the new one first."""
    with override_settings(**settings):
        assert getattr(conf, name) == value


def test_conf_has_no_other_names() -> None:
    assert not hasattr(conf, "CORS_Q")
    assert set(module.DEFAULTS) < module.KNOWN


@pytest.mark.parametrize(("settings", "ids"), [({}, []), ({"CORS_ALLOWED_ORIGINS": [APP]}, ["crossorigin.W003"])])
def test_settings_without_the_middleware(
    settings: dict[str, Any], ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where views are decorated, its absence is told if there are settings that it alone would read."""
    monkeypatch.setattr(state, "has_views", True)
    with override_settings(MIDDLEWARE=[], **settings):
        assert [message.id for message in check_settings()] == ids

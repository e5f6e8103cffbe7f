"""The checks that django-cors-headers does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import conf as django
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name)
from django.core.exceptions import ImproperlyConfigured

from crossorigin.integrations.django._making import Remark, make_policy_of_settings
from crossorigin.integrations.django._state import read_urls
from crossorigin.integrations.django.conf import POLICY, conf, find_name, list_unknown
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator

_CREDENTIALS = ("wildcard-with-credentials", "regex-matches-any-origin")


def has_policy() -> bool:
    """Tell whether a whole policy stands in the settings."""
    return hasattr(django.settings, POLICY)


def check_policy() -> Iterator[CheckMessage]:
    """Yield what the settings make that is not what they seem to say."""
    try:
        made = make_policy_of_settings()
        read_urls()
    except ImproperlyConfigured as error:
        number = "E016" if has_policy() else "E017"
        hint = "Take one of the two out" if has_policy() else "The server does not start with it: write what it says"
        yield Error(str(error), hint=hint, id=f"crossorigin.{number}")
        return
    if not has_policy() and ANY in conf.CORS_ALLOWED_ORIGINS:
        text = f"{find_name('CORS_ALLOWED_ORIGINS')} holds '*', which allows every origin."
        hint = "If that is meant, write CORS_ALLOW_ALL_ORIGINS = True; else list the origins"
        yield Warning(text, hint=hint, id="crossorigin.W001")
    yield from map(_tell, filter(_is_news, made.remarks))


def _is_news(remark: Remark) -> bool:
    return remark.id != "wildcard-beside-names" and remark.value != NULL and remark.id != "origin-is-a-file"


def _tell(remark: Remark) -> CheckMessage:
    if remark.id in _CREDENTIALS and remark.setting != "CORS_EXPOSE_HEADERS":
        text = (
            f"{remark.setting}: every origin, with credentials, would let every site read what your users may read, "
            "so it is answered as every origin without credentials."
        )
        old = "'*'" if remark.setting == find_name("CORS_ALLOWED_ORIGINS") else remark.setting
        hint = (
            "Set CORS_ALLOW_CREDENTIALS = False (a bearer token in the Authorization header needs none), "
            f"or list the origins in CORS_ALLOWED_ORIGINS, in the place of {old}"
        )
        return Warning(text, hint=hint, id="crossorigin.W002")
    if remark.id:
        return Warning(remark.text, hint="Write what it says, or take it out", id="crossorigin.W005")
    return Warning(remark.text, hint="Change it if that is not meant", id="crossorigin.W007")


def check_names() -> Iterator[CheckMessage]:
    """Yield the settings that look like ours and are none."""
    for text, hint in list_unknown():
        yield Warning(text, hint=hint, id="crossorigin.W006")

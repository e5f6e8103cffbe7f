"""The habits of Nexios' CORS answers: status 201, JSON, and only what was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crossorigin import reasons as known
from crossorigin.integrations._dropin import describe
from crossorigin.policy.habits import Habits
from crossorigin.policy.settings import unknown_name
from crossorigin.reasons import SERVER_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crossorigin.policy import Policy
    from crossorigin.reasons import Reason

#: Which of Nexios' messages goes with a reason; all the others are those of an origin.
_MESSAGES = {
    known.MISSING_ORIGIN: "missing_origin",
    known.MALFORMED_METHOD: "disallowed_method",
    known.METHOD_NOT_ALLOWED: "disallowed_method",
    known.MALFORMED_HEADER_NAMES: "disallowed_header",
    known.TOO_MANY_HEADER_NAMES: "disallowed_header",
    known.HEADER_NOT_ALLOWED: "disallowed_header",
}
_ORIGIN_MESSAGE = "disallowed_origin"
_DEFAULT_MESSAGE = "CORS request denied."


def _write_refusal(policy: Policy, _kind: str, reasons: Sequence[Reason]) -> str:
    return json.dumps(policy.error_messages.get(reasons[0].id, _DEFAULT_MESSAGE))


def _list_method(_policy: Policy, method: str) -> str:
    return method.upper()


def _list_names(_policy: Policy, asked: Sequence[str]) -> str:
    return ", ".join(asked).lower()


HABITS = Habits(
    handshake_status=403,
    echoes=True,
    bare="silent",
    list_methods=_list_method,
    list_names=_list_names,
    body=json.dumps("OK"),
    content_type="application/json",
    write_refusal=_write_refusal,
    explains=False,
    folds_methods=True,
)


def read_messages(given: Mapping[str, Any], texts: list[str]) -> dict[str, Any]:
    """Return the ``error_messages`` that ``custom_error_messages`` stand for; note the keys that have no effect."""
    known_keys = (_ORIGIN_MESSAGE, *dict.fromkeys(_MESSAGES.values()))
    option = "custom_error_messages"
    texts += [describe(unknown_name(option, str(key), known_keys), {}) for key in given if key not in known_keys]
    by_reason = {reason.id: _MESSAGES.get(reason, _ORIGIN_MESSAGE) for reason in SERVER_REASONS.values()}
    return {id_: given[key] for id_, key in by_reason.items() if key in given}

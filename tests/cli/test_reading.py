"""Whatever is pasted is read, or it is said why not; never is there another error."""

from __future__ import annotations

import contextlib
import json
import shlex
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from crossorigin.cli.draft import Draft, make_call
from crossorigin.cli.printing import CannotJudgeError
from crossorigin.cli.reading import draft_message, read_given
from crossorigin.cli.reading_curl import read_curl
from crossorigin.cli.reading_har import Entries, Recording, find_calls, read_har
from crossorigin.messages import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = st.sampled_from(
    [
        "-X",
        "PUT",
        "-H",
        "Origin: https://a.example",
        "-d",
        "@",
        "$'\\u00e9\\x4'",
        '^"',
        "'",
        '"',
        "\\",
        "\\\n",
        "^\n",
        "-sS",
        "--json",
        "{}",
        "-G",
        "-I",
        "-b",
        "a=b",
        "-u",
        "https://b.example/x",
        "--url",
        "-",
        "--",
        "-k",
        "\0",
        "\ud800",
    ]
)
TEXTS = st.one_of(
    st.text(), st.lists(st.one_of(WORDS, st.text(max_size=6))).map(lambda words: " ".join(["curl", *words]))
)


@given(TEXTS)
def test_any_text(text: str) -> None:
    """It is read, or refused in words; so is the call that it makes."""
    if text.strip() == "-":
        return
    with contextlib.suppress(CannotJudgeError):
        found = read_given(text)
        if not isinstance(found, list):
            draft = found if isinstance(found, Draft) else draft_message(found)
            draft.page = draft.page or "https://app.example"
            assert make_call(draft).url.startswith(("http://", "https://"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 999) | st.text(max_size=20) | st.just("https://b.example/x"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["request", "response", "headers", "name", "value", "method", "url", "status", "postData", "text"]
            ),
            inner,
        )
    ),
    max_leaves=30,
)


@given(st.lists(VALUES, max_size=4))
def test_any_har(entries: list[Any]) -> None:
    """A file of another shape is refused in words."""
    text = json.dumps({"log": {"entries": entries}})
    with contextlib.suppress(CannotJudgeError):
        read = Entries(read_har(text))
        for entry in find_calls(read):
            make_call(Recording(read, entry).make_draft())


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["X-A", "x-b", "Content-Type"]),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    ),
    max_size=3,
)


@given(
    HEADERS, st.sampled_from(["PUT", "patch", "POST"]), st.binary(max_size=30).map(lambda data: data.decode("latin-1"))
)
def test_what_is_quoted_is_read_back(headers: Sequence[tuple[str, str]], method: str, body: str) -> None:
    """A command that a shell would read is read alike, whatever its values hold."""
    words = ["curl", "https://api.example/", "-X", method, "--data-raw", body, "-H", "Content-Type: text/plain"]
    for name, value in headers:
        words += ["-H", f"{name}: {value}"]
    draft = read_curl(shlex.join(words))
    assert (draft.method, draft.body) == (method, body.encode())
    assert draft.headers == [("Content-Type", "text/plain"), *headers]


@given(st.text())
def test_escape(text: str) -> None:
    """What is escaped is printable ASCII, and nothing that differs becomes the same."""
    escaped = escape(text)
    assert escaped.isascii()
    assert escaped.isprintable()
    assert "\\" in text or escaped.encode().decode("unicode_escape") == text

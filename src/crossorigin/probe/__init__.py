"""The networks: what a browser's requests are put to, one exchange at a time.

Each is called with a ``Request`` and returns the ``Response``: ``live`` asks a server over HTTP/1.1, ``asgi`` and
``wsgi`` an app in this process, ``policy`` a policy. Where there is no answer, they raise ``NoAnswerError``.
"""

from __future__ import annotations

#: Bytes of a body that are read: a browser judges the head of an answer, and CORS never looks further.
MAX_BODY = 64 * 1024

#: Seconds that one exchange may take.
TIME_OUT = 10.0


class NoAnswerError(Exception):
    """An exchange has no answer that could be judged.

    ``kind`` is a stable word: "unknown-host", "refused", "unreachable", "time-out", "tls", "closed", "broken-http",
    "too-many-exchanges" or "not-started". ``what`` says what happened, ``advice`` what to do.
    """

    def __init__(self, kind: str, url: str, what: str, advice: str) -> None:
        super().__init__(kind, url, what, advice)
        self.kind = kind
        self.url = url
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        """Say both on one line."""
        return f"{self.url}: {self.what}. {self.advice}"

"""The table: policies, calls of a page, and what the Fetch standard lets the page read.

Spec: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from engines import rows_answers, rows_origins, rows_preflights

ROWS = (
    *rows_origins.ORIGINS,
    *rows_origins.CREDENTIALS,
    *rows_preflights.METHODS,
    *rows_preflights.HEADERS,
    *rows_preflights.CACHE,
    *rows_answers.EXPOSED,
    *rows_answers.ANSWERS,
    *rows_answers.SERVER,
    *rows_answers.PATHS,
    *rows_answers.WEBSOCKETS,
)

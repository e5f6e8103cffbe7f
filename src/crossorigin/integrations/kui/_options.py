"""The types of the options, for type checkers and editors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from crossorigin.policy.options import OwnOptions, Regexes

if TYPE_CHECKING:
    from typing import Unpack

    from crossorigin.policy import Policy

Origins = re.Pattern[str] | Iterable[re.Pattern[str] | str]
View = TypeVar("View", bound=Callable[..., Any])


class MoreOptions(OwnOptions, total=False):
    """Our own options, beside those of Kui."""

    allow_origin_regex: Regexes | None
    allow_private_network: bool


class CORSConfig(MoreOptions, total=False):
    """The options of ``cors_config``."""

    allow_origins: Origins
    allow_methods: Iterable[str]
    allow_headers: Iterable[str]
    expose_headers: Iterable[str]
    allow_credentials: bool
    max_age: int | None


class AllowCORS(Protocol):
    """What ``allow_cors`` is called with."""

    def __call__(  # noqa: PLR0913, PLR0917 (Kui's own, in its order)
        self,
        allow_origins: Origins = ...,
        allow_methods: Iterable[str] = ...,
        allow_headers: Iterable[str] = ...,
        expose_headers: Iterable[str] = ...,
        allow_credentials: bool = ...,  # noqa: FBT001 (as above)
        max_age: int | None = ...,
        *,
        policy: Policy | None = ...,
        **options: Unpack[MoreOptions],
    ) -> Callable[[View], View]:
        """Make a decorator."""

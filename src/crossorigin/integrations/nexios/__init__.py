"""Nexios 2 and 3: a drop-in for its CORS middleware, with the settings of both releases.

Importing this wraps ``add_middleware`` and ``__call__`` of Nexios' class, once, so that the middleware stands around
everything: preflights are answered before any other middleware, and errors carry the headers.

>>> config = MakeConfig({"cors": {"allow_origins": ["https://app.example"]}})
>>> app = NexiosApp(config=config)
>>> config.cors["allow_origins"] = ["https://app.example", "https://admin.example"]
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import nexios
from nexios import config as theirs

from crossorigin.integrations.nexios import _place
from crossorigin.integrations.nexios._config import CorsConfig
from crossorigin.integrations.nexios._make import MakeConfig, find_cors
from crossorigin.integrations.nexios._middleware import CORSMiddleware

if TYPE_CHECKING:
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

__all__ = ["CORSMiddleware", "CorsConfig", "MakeConfig", "NexiosApp"]


class NexiosApp(nexios.NexiosApp):
    """Nexios' app; it takes ``config=`` on both releases, and installs the middleware that the config describes.

    All other options are those of Nexios' class.

    :param config: a ``MakeConfig`` with a section ``cors``, a ``CorsConfig``, or a dict.
    :param policy: a policy or ruleset instead of CORS settings; its answers are then in our own form.
    :raises PolicyError: a CORS setting is wrong.
    """

    def __init__(
        self,
        config: Any = None,  # noqa: ANN401 (a config of either release)
        *,
        policy: Policy | Ruleset | None = None,
        **options: Any,  # noqa: ANN401 (those of Nexios' class)
    ) -> None:
        if isinstance(config, Mapping):
            config = MakeConfig(config)
        cors = None if config is None else find_cors(config)
        if _TAKES_CONFIG:
            options["config"] = config
        elif config is not None:
            _keep(config)
            options = options if config.debug is None else {"debug": config.debug, **options}
        super().__init__(**options)
        if not _TAKES_CONFIG:
            self.config = config
        if cors is not None or policy is not None:
            self.add_middleware(CORSMiddleware(cors, policy=policy))


_TAKES_CONFIG = "config" in inspect.signature(nexios.NexiosApp).parameters


def _keep(config: Any) -> None:  # noqa: ANN401 (as above)
    """Keep the first config as Nexios' own, as Nexios 2 does."""
    try:
        theirs.get_config()
    except RuntimeError:
        theirs.set_config(config)


_place.patch(nexios.NexiosApp)

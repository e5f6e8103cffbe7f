"""``MakeConfig`` with a live section ``cors``, and what finds the CORS settings in a config of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nexios import config as theirs

from crossorigin.integrations.nexios._config import Assignable, CorsConfig
from crossorigin.integrations.nexios._settings import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

_CORS = "cors"

#: What tells that a config holds the CORS settings themselves; ``debug`` is an app's setting, too.
_TELLING = frozenset(OPTIONS) - {"debug"}


class MakeConfig(Assignable):
    """Nexios' settings, whose section ``cors`` can be assigned to, and takes effect at once.

    :raises PolicyError: a setting of the section is wrong; where it was assigned, the old ones stay in force.

    >>> config = MakeConfig({"cors": {"allow_origins": ["https://app.example"]}})
    >>> config.cors["max_age"] = 60
    """

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        *,
        defaults: Mapping[str, Any] | None = None,
        validate: dict[str, Callable[[Any], bool]] | None = None,
        immutable: bool = False,
        **more: Any,  # noqa: ANN401 (any settings)
    ) -> None:
        merged = {**(defaults or {}), **(config or {}), **more}
        section = merged.pop(_CORS, None)
        super().__init__(merged, validate=validate, immutable=immutable)
        if section is not None:
            self._set_config(_CORS, section)

    def _set_config(self, key: str, value: Any) -> None:  # noqa: ANN401 (any setting)
        if key != _CORS or value is None:
            super()._set_config(key, value)
        elif isinstance(old := self._config.get(_CORS), CorsConfig):
            old.replace(read_options(value))
        else:
            section = make_cors(value)
            section.__dict__["_immutable"] = self._immutable
            super()._set_config(key, section)


def read_options(config: object) -> dict[str, Any]:
    """Return the settings of a config as a dict.

    :raises TypeError: it is none.
    """
    if isinstance(config, theirs.MakeConfig):
        return dict(config.to_dict())
    if isinstance(config, Mapping):
        return dict(config)
    text = f"a CorsConfig, a MakeConfig or a dict is expected, not {config!r}"
    raise TypeError(text)


def make_cors(config: object) -> CorsConfig:
    """Return the CORS settings that *config* is, as our own kind."""
    return config if isinstance(config, CorsConfig) else CorsConfig(**read_options(config))


def find_cors(config: object) -> CorsConfig | None:
    """Return the CORS settings that *config* is or has, or None."""
    if isinstance(config, CorsConfig):
        return config
    options = read_options(config)
    if options.get(_CORS) is None:
        return make_cors(config) if _TELLING.intersection(options) else None
    section: Any = config
    return make_cors(section[_CORS])

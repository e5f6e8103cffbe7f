"""``MakeConfig`` and ``CorsConfig``: settings that can be assigned to, and take effect at once."""

from __future__ import annotations

import weakref
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nexios import config as theirs

from crossorigin.integrations.nexios._settings import OPTIONS, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crossorigin.policy import Policy


class Assignable(theirs.MakeConfig):
    """Settings that can also be written as items: ``config["name"] = value``."""

    def __setitem__(self, name: str, value: object) -> None:
        setattr(self, name, value)


class CorsConfig(Assignable):
    """The settings of the CORS middleware, with the names and defaults that Nexios documents.

    Each can be read and assigned to as an attribute or as an item, and what is assigned takes effect at once. To
    change a list, assign a new one: lists are read as tuples. All options of a :class:`~crossorigin.Policy` are taken.

    :raises PolicyError: a setting is wrong; where one was assigned, the old ones stay in force.

    >>> config = CorsConfig(allow_origins=["https://app.example"])
    >>> config.allow_methods = ["GET", "POST"]
    """

    def __init__(  # noqa: PLR0913, PLR0917 (the options of Nexios' class, in its order)
        self,
        allow_origins: Iterable[str] | None = None,
        blacklist_origins: Iterable[str] | None = None,
        allow_methods: Iterable[str] | None = None,
        blacklist_headers: Iterable[str] | None = None,
        allow_headers: Iterable[str] | None = None,
        allow_credentials: bool | None = None,  # noqa: FBT001 (as above)
        allow_origin_regex: str | None = None,
        expose_headers: Iterable[str] | None = None,
        max_age: int | None = None,
        strict_origin_checking: bool | None = None,  # noqa: FBT001 (as above)
        dynamic_origin_validator: Callable[[str], object] | None = None,
        debug: bool | None = None,  # noqa: FBT001 (as above)
        custom_error_status: int | None = None,
        custom_error_messages: Mapping[str, str] | None = None,
        *,
        immutable: bool = False,
        **options: Any,  # noqa: ANN401 (the options of a Policy)
    ) -> None:
        given = {name: value for name, value in locals().items() if name in OPTIONS}
        super().__init__(immutable=immutable)
        self.__dict__["_watchers"] = weakref.WeakSet()
        self.replace({**given, **options})

    @property
    def policy(self) -> Policy:
        """The policy that the settings stand for."""
        return self.__dict__["_policy"]  # type: ignore[no-any-return]  # replace has put it there

    def watch(self, follow: Any) -> None:  # noqa: ANN401 (a bound method cannot be referred to weakly, its owner can)
        """Tell *follow* of every new policy, by its method ``reconfigure``, as long as it lives."""
        self.__dict__["_watchers"].add(follow)

    def update(self, data: Mapping[str, Any], *, recursive: bool = True) -> None:
        """Assign several settings at once, which are checked together.

        :raises PolicyError: one is wrong; the old ones stay in force.
        """
        del recursive  # Why: Nexios' class has it, and no setting here has settings below it.
        self.replace({**self._config, **data})

    def _set_config(self, key: str, value: object) -> None:
        self.replace({**self._config, key: value})

    def replace(self, settings: Mapping[str, Any]) -> None:
        """Put these settings in the place of all others.

        :raises PolicyError: one is wrong; the old ones stay in force.
        """
        given = {name: _freeze(value) for name, value in settings.items() if value is not None}
        policy = read_settings(given)
        self.__dict__.update(_config=given, _policy=policy)
        for watcher in list(self.__dict__["_watchers"]):
            watcher.reconfigure(policy)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 (any setting)
        return getattr(self, name)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (any setting)
        if name.startswith("_"):
            raise AttributeError(name)
        value = self._config[name] if name in self._config else _freeze(OPTIONS.get(name))
        return MappingProxyType(value) if isinstance(value, dict) else value

    def __copy__(self) -> CorsConfig:
        return CorsConfig(immutable=self._immutable, **self._config)

    def __deepcopy__(self, _: object) -> CorsConfig:
        return self.__copy__()


def _freeze(value: object) -> object:
    """Return a list as a tuple: a list that is changed in place would be read so, and have no effect."""
    return tuple(value) if isinstance(value, list | set) else value

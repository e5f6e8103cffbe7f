"""``PolicyFile``: the policy of a file, put in force again whenever the file changes and can be read."""

from __future__ import annotations

import asyncio
import os
import warnings
from typing import TYPE_CHECKING

from crossorigin.errors import PolicyError, PolicyWarning
from crossorigin.gateway.requestlog import logger
from crossorigin.messages import escape
from crossorigin.stores.file import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.ruleset import Ruleset

_SECONDS_BETWEEN_LOOKS = 1.0
#: An editor that replaces a file may leave a moment without one.
_LOOKS_TO_BE_SURE = 2


class PolicyFile:
    """A policy file that is looked at once a second; a broken one keeps the policy that was in force, and says why.

    :raises OSError: it cannot be opened.
    :raises PolicyError: it is no policy.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._state = self._look()
        self._misses = 0
        self.ruleset = self._load()

    async def watch(self, put_in_force: Callable[[Ruleset], None]) -> None:
        """Look for changes until cancelled."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            if self.reload():
                put_in_force(self.ruleset)

    def reload(self) -> bool:
        """Read the file again if it has changed; tell whether there is another policy now."""
        try:
            state = self._look()
            if state == self._state:
                self._misses = 0
                return False
            self.ruleset = self._load()
        except OSError as error:
            self._misses += 1
            if self._misses == _LOOKS_TO_BE_SURE:
                logger.error("%s cannot be read (%s): the old policy stays in force", escape(self.path), error.strerror)
            return False
        except PolicyError as error:
            self._state = state
            logger.error("%s has changed, and the old policy stays in force:\n%s", escape(self.path), error)
            return False
        self._state, self._misses = state, 0
        logger.info("%s has changed: the new policy is in force", escape(self.path))
        return True

    def _look(self) -> tuple[int, int, int]:
        found = os.stat(self.path)  # noqa: PTH116 (pathlib costs start-up time)
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _load(self) -> Ruleset:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", PolicyWarning)
            ruleset = load(self.path)
        for warning in caught:
            logger.warning("%s: %s", escape(self.path), warning.message)
        return ruleset

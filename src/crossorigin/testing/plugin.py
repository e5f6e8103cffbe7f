"""The pytest plugin: the fixture ``browser``, which is also called ``crossorigin_browser``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.testing.page import Page


class OpenPage(Protocol):
    """What the fixture is: called with an app, it opens a page that calls that app."""

    def __call__(self, app: Any, *, origin: str, base_url: str = ..., profile: str = ...) -> Page: ...  # noqa: ANN401, D102 (any app)


@pytest.fixture
def crossorigin_browser() -> Iterator[OpenPage]:
    """Open pages that call an app: ``browser(app, origin="https://app.example").fetch("/items").assert_readable()``."""
    # Why: this module is loaded in every run of pytest, also where nothing is tested with it.
    from crossorigin.testing.page import Page  # noqa: PLC0415

    with contextlib.ExitStack() as stack:
        opened: list[tuple[Any, Page]] = []

        def open_page(app: Any, **options: Any) -> Page:  # noqa: ANN401 (any app, and Page's options)
            # Why: an app is started up once, however many pages call it; some cannot be started twice.
            first = next((page for known, page in opened if known is app), None)
            page = stack.enter_context(Page(first or app, **options))
            opened.append((app, page))
            return page

        yield open_page


class _ShortName:
    """The fixture under the name that it has where nobody else wants it."""

    @pytest.fixture
    def browser(self, crossorigin_browser: OpenPage) -> OpenPage:
        """Open pages that call an app: ``browser(app, origin="https://app.example").fetch("/items").assert_readable()``."""
        return crossorigin_browser


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Call the fixture ``browser``, unless another plugin does so, too: which of two pytest takes is chance."""
    others = (getattr(plugin, "browser", None) for plugin in config.pluginmanager.get_plugins())
    if not any(type(other) is type(crossorigin_browser) for other in others):
        config.pluginmanager.register(_ShortName(), "crossorigin-browser")

"""Policies for what people need today: ``Policy.dev()``, ``Policy.mcp(...)``, ``Policy.bearer(...)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self


class Presets:
    """The presets of a policy: each is a set of options, and takes others in their place."""

    __slots__ = ()

    @classmethod
    def dev(cls, **settings: Any) -> Self:  # noqa: ANN401 (the options of Policy)
        """Allow the pages on this machine's loopback addresses, on any port, everything; and nobody else.

        For development only. A foreign page's unsafe requests are refused before the app runs, and a page
        counts as the app's own only under a loopback name, so that DNS rebinding does not help.

        :param settings: options of :class:`Policy`, which take the place of the preset's.

        >>> from crossorigin import Policy
        >>> "http://localhost:5173" in Policy.dev().allowed
        True
        """
        hosts = ("localhost", "*.localhost", "127.0.0.1", "[::1]")
        preset: dict[str, Any] = {
            "allow_origins": [f"{scheme}://{host}:*" for scheme in ("http", "https") for host in hosts],
            "allow_methods": "*",
            "allow_headers": "*",
            "allow_credentials": True,
            "max_age": 5,
            "enforce": "unsafe-methods",
            "own_hosts": hosts,
        }
        return cls(**{**preset, **settings})

    @classmethod
    def mcp(cls, allow_origins: Iterable[object] = (), **settings: Any) -> Self:  # noqa: ANN401 (the options of Policy)
        """Allow what a browser client of the Model Context Protocol over HTTP needs.

        Every request with a foreign ``Origin`` is refused before the app runs, and no host counts as the
        server's own, as the protocol asks against DNS rebinding.

        Spec: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#security-warning

        >>> from crossorigin import Policy
        >>> Policy.mcp(["https://inspector.example"]).expose_headers
        ('Mcp-Session-Id', 'WWW-Authenticate')
        """
        preset: dict[str, Any] = {
            "allow_methods": ["GET", "POST", "DELETE"],
            "allow_headers": [
                "Authorization",
                "Last-Event-ID",
                "Mcp-Method",
                "Mcp-Name",
                "Mcp-Protocol-Version",
                "Mcp-Session-Id",
            ],
            "expose_headers": ["Mcp-Session-Id", "WWW-Authenticate"],
            "max_age": 7200,
            "enforce": "all",
            "own_hosts": (),
        }
        return cls(**{**preset, **settings, "allow_origins": allow_origins})

    @classmethod
    def bearer(cls, allow_origins: Iterable[object] = (), **settings: Any) -> Self:  # noqa: ANN401 (the options of Policy)
        """Allow what an API with bearer tokens needs: the ``Authorization`` header, and no cookies.

        A token that the script itself sends is not a credential in the sense of Fetch, so ``allow_credentials``
        stays off and ``"*"`` is possible.

        Spec: https://fetch.spec.whatwg.org/#credentials

        >>> from crossorigin import Policy
        >>> Policy.bearer("*").allow_headers
        ('Authorization',)
        """
        preset: dict[str, Any] = {
            "allow_methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            "allow_headers": ["Authorization"],
            "expose_headers": ["WWW-Authenticate"],
            "max_age": 7200,
        }
        return cls(**{**preset, **settings, "allow_origins": allow_origins})

"""All targets, in the order of the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks import apache, caddy, envoy, haproxy, nginx, node, php, ruby, traefik

if TYPE_CHECKING:
    from stacks.target import Target

#: Each family of servers has a module of its own, with such a list.
TARGETS: list[Target] = [
    *apache.TARGETS,
    *caddy.TARGETS,
    *envoy.TARGETS,
    *haproxy.TARGETS,
    *nginx.TARGETS,
    *node.TARGETS,
    *php.TARGETS,
    *ruby.TARGETS,
    *traefik.TARGETS,
]

"""Several blocks as rules: rack-cors takes the first block that names both the origin and a resource for the path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects.rack_cors._paths import covers
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.dialects._translation import Position
    from crossorigin.dialects.rack_cors._blocks import Block
    from crossorigin.dialects.rack_cors._notes import Notes
    from crossorigin.dialects.rack_cors._resources import Resource

_MEANT = "dangerously_allow_any_origin_with_credentials"
_BOTH = (
    "rack-cors does not start with every origin and credentials: it means every origin without credentials. List the "
    "origins that may use credentials, or leave credentials out"
)


class Cell(NamedTuple):
    """A path of a rule, and the options of its policy."""

    path: str
    options: dict[str, Any]
    places: dict[str, Position]
    position: Position


class _Serving(NamedTuple):
    """A block, and its resource that serves a path."""

    block: Block
    resource: Resource


def join_blocks(blocks: Sequence[Block], notes: Notes) -> list[Cell]:
    """Return each path that a rule needs, with its options."""
    resources = [resource for block in blocks for resource in block.resources]
    cells: dict[str, Cell] = {}
    own: set[str] = set()
    for path in dict.fromkeys(path for one in resources for path in (*one.paths, *one.but)):
        serving = [found for block in blocks if (found := _find(block, path))]
        certain = [one for one in serving if not one.block.is_empty] or serving
        if certain:
            cells[path] = _join(path, certain, notes)
            # Why: the twin of a path has a rule of its own only where it is not served like that from above.
            own |= {path} & {certain[0].resource.paths[0]}
        else:
            first = next(one for one in resources if path in one.but)
            cells[path] = Cell(path, {}, {}, first.position)
    _note_twins(blocks, notes)
    _note_loose(resources, cells, notes)
    _note_wide(resources, notes)
    if len(resources) > 0:
        notes.losses += notes.beside_others
    return [cell for path, cell in cells.items() if path in own or _differs(cell, _find_above(cells, path))]


def _find(block: Block, path: str) -> _Serving | None:
    for resource in block.resources:
        if any(covers(one, path) for one in resource.paths) and not any(covers(one, path) for one in resource.but):
            return _Serving(block, resource)
    return None


def _join(path: str, serving: Sequence[_Serving], notes: Notes) -> Cell:
    """Put the origins of blocks with the same options together; of others, keep the first."""
    first = serving[0].resource
    same = [one for one in serving if first.options is not None and one.resource.options == first.options]
    for one in serving:
        if one.resource is not first and one not in same:
            why = "an earlier block serves the same path with other options, and its origins alone are kept"
            notes.lose(f"the resource for {path}", why, "narrows", one.resource.position)
    if first.options is None:
        return Cell(path, {}, {}, first.position)
    options = {**first.options, **_join_origins(same, notes)}
    places = {**first.places, "allow_origins": serving[0].block.place, "allow_origin_regex": serving[0].block.place}
    return Cell(path, options, places, first.position)


def _join_origins(serving: Sequence[_Serving], notes: Notes) -> dict[str, Any]:
    blocks = [one.block for one in serving]
    has_credentials = any((one.resource.options or {})["allow_credentials"] for one in serving)
    found: dict[str, Any] = {
        "allow_origins": [origin for block in blocks for origin in block.origins],
        "allow_origin_regex": [regex for block in blocks for regex in block.regexes],
    }
    if any(block.is_public or block.is_any for block in blocks):
        found = {"allow_origins": ANY}
    public = [one for one in serving if one.resource.is_public and has_credentials]
    if public:
        place = public[0].resource.places.get("allow_credentials", public[0].resource.position)
        notes.lose("credentials with every origin", _BOTH, "narrows", place)
        return {**found, "allow_credentials": False}
    # Why: every origin by an expression, or named below the resource, is echoed, with credentials.
    return {**found, _MEANT: True} if found["allow_origins"] == ANY and has_credentials else found


def _find_above(cells: dict[str, Cell], path: str) -> Cell | None:
    """Return the cell that would serve a path if it had none of its own."""
    above = [other for other in cells if other != path and covers(other, path)]
    return cells[max(above, key=len)] if above else None


def _differs(cell: Cell, above: Cell | None) -> bool:
    return above is None or cell.options != above.options


def _note_twins(blocks: Sequence[Block], notes: Notes) -> None:
    for block in blocks:
        taken: set[str] = set()
        for resource in block.resources:
            if taken & {*resource.paths} and not resource.is_wide:
                path = resource.paths[0]
                notes.lose(
                    f"the resource for {path}", "it stands twice, and the first counts", "cosmetic", resource.position
                )
            taken |= set() if resource.is_wide else {*resource.paths}


def _note_loose(resources: Sequence[Resource], cells: dict[str, Cell], notes: Notes) -> None:
    """Note where another rule serves what a resource also matches."""
    for resource in resources:
        path = resource.paths[0]
        above = _find_above(cells, path)
        if resource.is_loose and above is not None and above.options and _differs(cells[path], above):
            why = "the rule for the paths above serves what it also matches"
            notes.lose(f"the resource for {path}", why, "widens", resource.position)


def _note_wide(resources: Sequence[Resource], notes: Notes) -> None:
    """Note where another resource serves what one with a parameter does not, and is read as if it did."""
    for at, resource in enumerate(resources):
        others = [other for other in resources[at + 1 :] if other.options != resource.options or other.options is None]
        path = resource.paths[0]
        if resource.is_wide and any(_meets(one, path) for other in others for one in other.paths):
            why = "it serves some of these paths only, and another resource with other options the others"
            notes.lose(f"the resource for {path}", why, "widens", resource.position)
            notes.lose(f"the resource for {path}", why, "narrows", resource.position)


def _meets(path: str, other: str) -> bool:
    return covers(path, other) or covers(other, path)

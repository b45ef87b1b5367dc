"""Which field is made from which, over all tables: circles, and what waits for a model."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from ...core.errors import Problem
from ...core.models import DataSchema
from ..registry import needs
from .references import Dependencies, Node

N = TypeVar("N", bound=Hashable)
Graph = Mapping[Node, Iterable[Node]]
DEEPEST = 60
"""Fields made one from another: each is some calls deep, and Python allows a thousand."""


def graph_of(schema: DataSchema, noted: Dependencies) -> dict[Node, list[Node]]:
    """Every field with the fields it is made from, in a fixed order."""
    known = {(table.name, field.name) for table in schema.tables for field in table.fields}
    graph: dict[Node, list[Node]] = {}
    for table in schema.tables:
        for field in table.fields:
            node = (table.name, field.name)
            beside = [(table.name, name) for name in needs(field)]
            found = dict.fromkeys([*beside, *sorted(noted.fields.get(node, ()))])
            graph[node] = [other for other in found if other in known]
    return graph


def cycle_problems(schema: DataSchema, graph: Graph, paths: Mapping[str, str]) -> Iterator[Problem]:
    cycle = cycle_of(graph)
    if not cycle:
        return
    alone = len({table for table, _ in cycle}) == 1
    named = [field if alone else f"{table}.{field}" for table, field in (*cycle, cycle[0])]
    message = "these fields need each other: " + " → ".join(named)
    path = field_path(schema, cycle[0], paths)
    yield Problem(f"{path}.generator", "cycle", message, "make one of them without the others")


def depth_problems(
    schema: DataSchema, depths: Mapping[Node, int], paths: Mapping[str, str]
) -> Iterator[Problem]:
    """Chains so long that making a cell would go too deep into calls; the first of each table."""
    for table in schema.tables:
        deep = [node for node, depth in depths.items() if node[0] == table.name and depth > DEEPEST]
        if deep:
            message = f"{deep[0][1]!r} is made from more than {DEEPEST} fields in a row"
            path = field_path(schema, deep[0], paths)
            yield Problem(path, "chain_too_long", message, "make it from fewer others")


def field_path(schema: DataSchema, node: Node, paths: Mapping[str, str]) -> str:
    table, name = node
    names = [field.name for field in schema.table(table).fields]
    return f"{paths[table]}fields[{names.index(name)}]"


def cycle_of(graph: Mapping[N, Iterable[N]]) -> tuple[N, ...]:
    """The first cycle, empty where there is none; without recursion, so that depth is no limit."""
    done: set[N] = set()
    for start in graph:
        path: list[N] = []
        here: N | None = start
        branches = {start: iter(graph[start])}
        while here is not None and here not in done:
            if here not in path:
                path.append(here)
            following = next((name for name in branches[here] if name in graph), None)
            if following is None:
                done.add(path.pop())
                here = path[-1] if path else None
            elif following in path:
                return tuple(path[path.index(following) :])
            elif following not in done:
                branches[following] = iter(graph[following])
                here = following
    return ()


def bottom_up(graph: Mapping[N, Iterable[N]]) -> list[N]:
    """Each after all that it is made from; the graph has no cycle."""
    order: dict[N, None] = {}
    for start in graph:
        path = [(start, iter(graph[start]))]
        while path:
            node, branches = path[-1]
            following = next((other for other in branches if other not in order), None)
            if following is None:
                order.setdefault(node)
                path.pop()
            else:
                path.append((following, iter(graph[following])))
    return list(order)


def depths_of(graph: Graph) -> dict[Node, int]:
    """How many fields in a row each is made from."""
    depths: dict[Node, int] = {}
    for node in bottom_up(graph):
        depths[node] = max((depths[other] + 1 for other in graph[node]), default=0)
    return depths


def reach_of(graph: Graph, children: Callable[[str, str], int]) -> dict[Node, int]:
    """How many rows are looked at for one cell, at the widest; `children(parent, child)`: how many
    rows of `child` a row of `parent` sums up, 1 where it is no parent."""
    reach: dict[Node, int] = {}
    for node in bottom_up(graph):
        wide = (reach[other] * children(node[0], other[0]) for other in graph[node])
        reach[node] = max(wide, default=1)
    return reach


def waiting(graph: Graph, written: Iterable[Node]) -> set[Node]:
    """What a model writes and all that follows from it."""
    reached = set(written)
    for _ in graph:
        more = {node for node, made_from in graph.items() if reached.intersection(made_from)}
        if more <= reached:
            break
        reached |= more
    return reached


def waiting_problems(
    schema: DataSchema,
    graph: Graph,
    waits: set[Node],
    noted: Dependencies,
    paths: Mapping[str, str],
) -> Iterator[Problem]:
    """Fields made from another row's value that a model writes or that follows from it."""
    for node, made_from in graph.items():
        for other in made_from:
            if other in waits and (other[0] != node[0] or (node, other) in noted.remote):
                message = f"it needs {'.'.join(other)}, which waits for the language model"
                hint = "let code make that field, or do not refer to it"
                path = field_path(schema, node, paths)
                yield Problem(path, "needs_model_parent", message, hint)

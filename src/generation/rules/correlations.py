"""Correlation rules of a table: fields of one group drawn from normal variables that correlate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pyarrow as pa

from ...core import kinds
from ..draws.blocks import Block
from ..draws.cells import Floats
from ..refusals import Refused
from .axes import Axis
from .copula import series
from .site import Site

ROUNDS = 50
"""Of filling in what no rule says."""
ROUNDING = 1e-9
SHORT = 0.005
"""By so much a wanted correlation may be out of reach: 1, of two fields with different steps."""
EXTREME = 2.0**-53


@dataclass(frozen=True, slots=True)
class Pair:
    left: str
    right: str
    latent: float
    at: str


@dataclass
class Correlations:
    site: Site
    pairs: list[Pair] = field(default_factory=list)
    axes: dict[str, Axis] = field(default_factory=dict)

    def add(self, rule: kinds.Correlation, at: str) -> None:
        """Raises: Refused."""
        left, right = rule.fields
        for number, name in enumerate(rule.fields):
            if name not in self.axes:
                axis = self.site.ordered(name, f"{at}.fields[{number}]")
                self.site.claim(name, f"{at}.fields[{number}]")
                self.axes[name] = axis
        if any({left, right} == {pair.left, pair.right} for pair in self.pairs) or left == right:
            message = f"{left!r} and {right!r} are correlated by another rule, or the same field"
            raise Refused(at, "rules_contradict", message, "keep one rule for two fields")
        self.pairs.append(
            Pair(left, right, _latent(self.axes[left], self.axes[right], rule.r, at), at)
        )

    def bind(self) -> None:
        for group in self._groups():
            try:
                factor = self._factor(group)
            except Refused as refused:
                self.site.note(refused)
                continue
            drawn = Drawn(tuple(self.axes[name] for name in group), factor)
            for number, name in enumerate(group):
                self.site.makers[name] = lambda block, d=drawn, n=number: d.cells(n, block)  # type: ignore[misc]  # the defaults bind this turn's

    def _groups(self) -> Iterator[list[str]]:
        """Fields that are linked by rules, directly or through others."""
        left = list(self.axes)
        while left:
            group = [left[0]]
            for name in group:
                group += [other for other in self._linked(name) if other not in group]
            yield [name for name in self.axes if name in group]
            left = [name for name in left if name not in group]

    def _linked(self, name: str) -> Iterator[str]:
        for pair in self.pairs:
            if name in (pair.left, pair.right):
                yield pair.right if name == pair.left else pair.left

    def _factor(self, group: list[str]) -> Floats:
        """The lower triangle whose product with its transpose is the latent matrix."""
        places = {name: number for number, name in enumerate(group)}
        known = {
            (places[pair.left], places[pair.right]): pair
            for pair in self.pairs
            if pair.left in places
        }
        matrix = completed({at: pair.latent for at, pair in known.items()}, len(group))
        if float(np.linalg.eigvalsh(matrix)[0]) < -ROUNDING:
            last = list(known.values())[-1]
            message = "these correlations cannot hold at the same time: " + ", ".join(group)
            hint = "bring them closer to 0, or drop one: a with b and b with c limit a with c"
            raise Refused(f"{last.at}.r", "rules_contradict", message, hint)
        return triangle(matrix)


def _latent(left: Axis, right: Axis, r: float, at: str) -> float:
    found = series(left, right)
    if found is None:
        message = "one of both fields hardly varies"
        raise Refused(f"{at}.r", "not_constructible", message, "give it more than one value")
    if not found.lowest - SHORT <= r <= found.highest + SHORT:
        message = (
            f"with these distributions a correlation lies between {found.lowest:.3f}"
            f" and {found.highest:.3f}"
        )
        raise Refused(f"{at}.r", "not_constructible", message, "choose one of these, or other laws")
    return found.latent(r)


def completed(known: dict[tuple[int, int], float], size: int) -> Floats:
    """A matrix with the known entries, the others so that nothing more is said than must be: the
    completion of the greatest determinant, a row and a column at a time."""
    matrix = np.eye(size)
    for (i, j), value in known.items():
        matrix[i, j] = matrix[j, i] = value
    free = [
        (i, j)
        for i, j in combinations(range(size), 2)
        if (i, j) not in known and (j, i) not in known
    ]
    for _ in range(ROUNDS if free else 0):
        for i, j in free:
            rest = [k for k in range(size) if k not in (i, j)]
            solved = np.linalg.pinv(matrix[np.ix_(rest, rest)])
            matrix[i, j] = matrix[j, i] = np.clip(matrix[i, rest] @ solved @ matrix[rest, j], -1, 1)
    return matrix


def triangle(matrix: Floats) -> Floats:
    """Cholesky's, also of a matrix without an inverse; in an order of operations that is fixed."""
    size = len(matrix)
    found = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            rest = float(matrix[i, j]) - sum(float(found[i, k] * found[j, k]) for k in range(j))
            if i == j:
                found[i, i] = max(rest, 0.0) ** 0.5
            elif found[j, j] > ROUNDING:
                found[i, j] = rest / found[j, j]
    return found


@dataclass(frozen=True, slots=True)
class Drawn:
    """Fields whose normal variables are `factor` times independent ones."""

    axes: tuple[Axis, ...]
    factor: Floats

    def cells(self, number: int, block: Block) -> pa.Array:
        from scipy.special import ndtr

        z = np.zeros(len(block.rows))
        for other in range(number + 1):
            if self.factor[number, other]:
                z += self.factor[number, other] * self._normal(other, block)
        axis = self.axes[number]
        return axis.places.array(axis.quantiles(np.clip(ndtr(z), EXTREME, 1 - EXTREME)))

    def _normal(self, number: int, block: Block) -> Floats:
        from scipy.special import ndtri

        axis = self.axes[number]
        return block.once(("normal", axis.name), lambda: ndtri(axis.uniforms(block.rows)))

"""Correlated fields by a Gaussian copula: which latent correlation gives a wanted one.

Both fields are monotone functions of a normal variable. With their coefficients a and b over the
normalised Hermite polynomials, E[g(X)·h(Y)] = Σ aₖ·bₖ·ρᵏ (Mehler 1866), so the correlation of the
final values, discretised and truncated as they are, is a power series in the latent ρ.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from ..draws.cells import Floats
from .axes import Axis
from .places import floats_of

TERMS = 120
REACH = 8.1
"""Beyond so many deviations a uniform of 52 bits does not go."""
PROBES = 16_384
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Series:
    """The correlation of two fields by their latent one. `highest` and `lowest`: at ρ = ±1."""

    coefficients: Floats
    highest: float
    lowest: float

    def at(self, rho: float) -> float:
        """What the series leaves out is known at its ends, and fades as its last power does."""
        powers = np.abs(rho) ** np.arange(1, TERMS + 1)
        signs = np.where(np.arange(1, TERMS + 1) % 2, np.sign(rho), 1.0)
        found = float((self.coefficients * signs) @ powers)
        end = self.highest if rho > 0 else self.lowest
        whole = float(self.coefficients @ np.where(np.arange(1, TERMS + 1) % 2, np.sign(rho), 1.0))
        return found + (end - whole) * abs(rho) ** TERMS

    def latent(self, r: float) -> float:
        """`lowest` ≤ r ≤ `highest`."""
        low, high = -1.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.at(middle) < r else (low, middle)
        return (low + high) / 2


def series(left: Axis, right: Axis) -> Series | None:
    """None where one of both hardly varies, or has no variance at all."""
    z = ((np.arange(PROBES) + 0.5) * (2 * REACH / PROBES) - REACH).astype(np.float64)
    weights = _weights(z)
    standard = [_standard(axis, z, weights) for axis in (left, right)]
    if standard[0] is None or standard[1] is None:
        return None
    one, other = standard[0], standard[1]
    coefficients: Floats = np.multiply(_hermite(one, z, weights), _hermite(other, z, weights))
    highest, lowest = float(weights @ (one * other)), float(weights @ (one * other[::-1]))
    return Series(coefficients, min(highest, 1.0), max(lowest, -1.0))


def _weights(z: Floats) -> Floats:
    """The normal distribution's at evenly spaced points."""
    density = np.exp(z * z / -2)
    found: Floats = density / density.sum()
    return found


def _standard(axis: Axis, z: Floats, weights: Floats) -> Floats | None:
    from scipy.special import ndtr

    values = floats_of(axis.places.measured(axis.quantiles(ndtr(z))))
    centred = values - weights @ values
    deviation = sqrt(float(weights @ (centred * centred)))
    if not deviation > 1e-9 * float(np.abs(values).max()) or not isfinite(deviation):
        return None
    found: Floats = centred / deviation
    return found


def _hermite(values: Floats, z: Floats, weights: Floats) -> Floats:
    """The coefficients 1 … `TERMS` over the normalised polynomials."""
    before, here = np.ones_like(z), z
    found = np.empty(TERMS)
    for k in range(1, TERMS + 1):
        found[k - 1] = float(weights @ (values * here))
        before, here = here, (z * here - sqrt(k) * before) / sqrt(k + 1)
    return found

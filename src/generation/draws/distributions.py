"""Distributions by their inverse functions: one uniform makes one value."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Protocol

import numpy as np

from .cells import Floats

# scipy.special is imported where a function is called: it costs 0.1 s that a schema without
# these distributions does not pay.


class Distribution(Protocol):
    """The distribution function, its complement, and the inverses of both."""

    def cdf(self, x: Floats) -> Floats: ...
    def sf(self, x: Floats) -> Floats: ...
    def ppf(self, u: Floats) -> Floats: ...
    def isf(self, u: Floats) -> Floats: ...


@dataclass(frozen=True, slots=True)
class NormalDistribution:
    mean: float
    stddev: float

    def cdf(self, x: Floats) -> Floats:
        from scipy.special import ndtr

        return ndtr((x - self.mean) / self.stddev)  # type: ignore[no-any-return]  # untyped scipy

    def sf(self, x: Floats) -> Floats:
        return self.cdf(2 * self.mean - x)

    def ppf(self, u: Floats) -> Floats:
        from scipy.special import ndtri

        return ndtri(u) * self.stddev + self.mean  # type: ignore[no-any-return]

    def isf(self, u: Floats) -> Floats:
        return 2 * self.mean - self.ppf(u)


@dataclass(frozen=True, slots=True)
class LognormalDistribution:
    """exp of a normal."""

    mean: float
    sigma: float

    @property
    def _log(self) -> NormalDistribution:
        return NormalDistribution(self.mean, self.sigma)

    def cdf(self, x: Floats) -> Floats:
        return self._log.cdf(_log_or_lowest(x))

    def sf(self, x: Floats) -> Floats:
        return self._log.sf(_log_or_lowest(x))

    def ppf(self, u: Floats) -> Floats:
        return np.exp(self._log.ppf(u))

    def isf(self, u: Floats) -> Floats:
        return np.exp(self._log.isf(u))


@dataclass(frozen=True, slots=True)
class ExponentialDistribution:
    mean: float

    def cdf(self, x: Floats) -> Floats:
        return -np.expm1(-np.maximum(x, 0) / self.mean)

    def sf(self, x: Floats) -> Floats:
        return np.exp(-np.maximum(x, 0) / self.mean)

    def ppf(self, u: Floats) -> Floats:
        return -self.mean * np.log1p(-u)

    def isf(self, u: Floats) -> Floats:
        return -self.mean * np.log(u)


@dataclass(frozen=True, slots=True)
class GammaDistribution:
    shape: float
    scale: float

    def cdf(self, x: Floats) -> Floats:
        from scipy.special import gammainc

        return gammainc(self.shape, np.maximum(x, 0) / self.scale)  # type: ignore[no-any-return]

    def sf(self, x: Floats) -> Floats:
        from scipy.special import gammaincc

        return gammaincc(self.shape, np.maximum(x, 0) / self.scale)  # type: ignore[no-any-return]

    def ppf(self, u: Floats) -> Floats:
        from scipy.special import gammaincinv

        return gammaincinv(self.shape, u) * self.scale  # type: ignore[no-any-return]

    def isf(self, u: Floats) -> Floats:
        from scipy.special import gammainccinv

        return gammainccinv(self.shape, u) * self.scale  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class BetaDistribution:
    """Beta(alpha, beta), stretched over [low, high]."""

    alpha: float
    beta: float
    low: float
    high: float

    def _unit(self, x: Floats) -> Floats:
        return np.clip((x - self.low) / (self.high - self.low), 0, 1)

    def _stretched(self, unit: Floats) -> Floats:
        return self.low + unit * (self.high - self.low)

    def cdf(self, x: Floats) -> Floats:
        from scipy.special import betainc

        return betainc(self.alpha, self.beta, self._unit(x))  # type: ignore[no-any-return]

    def sf(self, x: Floats) -> Floats:
        from scipy.special import betaincc

        return betaincc(self.alpha, self.beta, self._unit(x))  # type: ignore[no-any-return]

    def ppf(self, u: Floats) -> Floats:
        from scipy.special import betaincinv

        return self._stretched(betaincinv(self.alpha, self.beta, u))

    def isf(self, u: Floats) -> Floats:
        from scipy.special import betainccinv

        return self._stretched(betainccinv(self.alpha, self.beta, u))


@dataclass(frozen=True, slots=True)
class ParetoDistribution:
    shape: float
    minimum: float

    def cdf(self, x: Floats) -> Floats:
        return -np.expm1(self._log_sf(x))

    def sf(self, x: Floats) -> Floats:
        return np.exp(self._log_sf(x))

    def _log_sf(self, x: Floats) -> Floats:
        return -self.shape * np.log(np.maximum(x, self.minimum) / self.minimum)

    def ppf(self, u: Floats) -> Floats:
        return self.minimum * np.exp(-np.log1p(-u) / self.shape)

    def isf(self, u: Floats) -> Floats:
        return self.minimum * np.exp(-np.log(u) / self.shape)


def _log_or_lowest(x: Floats) -> Floats:
    """log(x), −∞ for what is not positive."""
    return np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), -np.inf)


@dataclass(frozen=True, slots=True)
class Truncated:
    """A distribution given that low ≤ value ≤ high, by the inverse on [F(low), F(high)].

    A window in the upper half goes through the complement, where a float still tells 10⁻³⁰ from 0.
    """

    base: Distribution
    low: float
    high: float

    @property
    def _upper(self) -> bool:
        return bool(self.base.cdf(np.array([self.low]))[0] > 0.5)

    @property
    def _window(self) -> tuple[float, float]:
        ends = np.array([self.low, self.high])
        near, far = self.base.sf(ends)[::-1] if self._upper else self.base.cdf(ends)
        return float(near), float(far)

    @property
    def mass(self) -> float:
        """The share of the whole distribution that the window holds."""
        near, far = self._window
        return far - near

    def ppf(self, u: Floats) -> Floats:
        near, far = self._window
        drawn = u if (near, far) == (0.0, 1.0) else near + u * (far - near)
        with np.errstate(over="ignore"):  # what overflows ends at the window's end
            values = self.base.isf(drawn) if self._upper else self.base.ppf(drawn)
        # Only the last bits of a float can lie outside.
        return np.clip(values, self.low, self.high)

    def cdf(self, x: Floats) -> Floats:
        near, far = self._window
        inside = np.clip(x, self.low, self.high)
        if self._upper:
            return (far - self.base.sf(inside)) / (far - near)
        return (self.base.cdf(inside) - near) / (far - near)

    def weights(self, edges: Floats) -> Floats:
        """The mass between neighbouring edges."""
        if self._upper:
            return -np.diff(self.base.sf(edges))
        return np.diff(self.base.cdf(edges))


def binomial_weights(n: int, p: float) -> tuple[int, Floats]:
    """The first value of any weight, and the weights from there on, to 10⁻³⁰ of the highest."""
    from scipy.special import gammaln, xlog1py, xlogy

    low, high = _reach(n * p, sqrt(n * p * (1 - p)), n)
    k = np.arange(low, high + 1, dtype=np.float64)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    logs = ways + xlogy(k, p) + xlog1py(n - k, -p)
    return low, np.exp(logs - logs.max())


def poisson_weights(mean: float) -> tuple[int, Floats]:
    """As `binomial_weights`, for the Poisson distribution."""
    from scipy.special import gammaln

    low, high = _reach(mean, sqrt(mean), None)
    k = np.arange(low, high + 1, dtype=np.float64)
    logs = k * log(mean) - mean - gammaln(k + 1)
    return low, np.exp(logs - logs.max())


def _reach(mean: float, deviation: float, most: int | None) -> tuple[int, int]:
    """Twelve deviations and a hundred to either side: beyond lies less than 10⁻³⁰."""
    width = 12 * deviation + 100
    low, high = max(0, int(mean - width)), int(mean + width) + 1
    return low, high if most is None else min(high, most)


def zipf_weights(n: int, exponent: float) -> Floats:
    return np.arange(1, n + 1, dtype=np.float64) ** -exponent

"""Whole processes timed by the operating system's own account, in turn: A, B, A, B, …"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    wall_s: float
    cpu_s: float
    peak_mb: float


def process(command: Sequence[str]) -> Run:
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with child.stderr as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[:4]} … ended with {child.returncode}: {said.decode()[-500:]}")
    wall = time.perf_counter() - began
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_turn(times: int, *makers: Callable[[], Run]) -> list[list[Run]]:
    """`times` counted runs of each after one that is not."""
    for make in makers:
        make()
    runs: list[list[Run]] = [[] for _ in makers]
    for _ in range(times):
        for kept, make in zip(runs, makers, strict=True):
            kept.append(make())
    return runs


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios pair by pair, so that a machine that drifts does not decide."""
    return median([a / b for a, b in zip(ours, theirs, strict=True)])

"""Prints every figure; ratios count, seconds are this machine's."""

from . import million, servers

servers.run()
million.run()

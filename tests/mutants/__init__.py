"""Bugs planted on purpose: a suite that stays green with one of them proves nothing."""

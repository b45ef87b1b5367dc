"""Schemas mended by machine."""

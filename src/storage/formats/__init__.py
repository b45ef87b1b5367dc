"""Rows as the bytes of a file, and back."""

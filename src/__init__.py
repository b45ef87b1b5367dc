"""One sentence in, a checked dataset out."""

__version__ = "0.1.0"

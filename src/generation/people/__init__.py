"""People and where they live: all parts of a row agree."""

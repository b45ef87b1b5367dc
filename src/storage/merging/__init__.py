"""Chunks become the files of a dataset, in memory that does not grow with the rows."""

"""Whether a dataset keeps its promises, in memory that does not grow with the rows."""

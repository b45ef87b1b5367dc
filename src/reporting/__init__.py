"""A finished job's dataset, its columns, its proof and its cost as something to look at."""

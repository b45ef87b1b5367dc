"""Where chunks, datasets and job records live."""

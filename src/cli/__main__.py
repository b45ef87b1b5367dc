"""`python -m src.cli`, which is `rowmill` without installing anything."""

from . import main

if __name__ == "__main__":
    main()

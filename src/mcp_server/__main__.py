"""`python -m src.mcp_server`, or `python -m rowmill.mcp_server` where it is installed."""

import sys

from ..lean import be_lean
from .running import main

if __name__ == "__main__":
    be_lean()
    sys.exit(main())

"""`python -m src.mcp_server`, or `python -m rowmill.mcp_server` where it is installed."""

import sys

from .running import main

if __name__ == "__main__":
    sys.exit(main())

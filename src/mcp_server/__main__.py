"""`python -m src.mcp_server`, or `python -m rowmill.mcp_server` where it is installed."""

import sys

from ..lean import leave_out_pandas
from .running import main

if __name__ == "__main__":
    leave_out_pandas()
    sys.exit(main())

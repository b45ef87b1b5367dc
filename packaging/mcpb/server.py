"""What a host starts from the bundle: rowmill's server over stdio."""

import sys

from rowmill.lean import be_lean
from rowmill.mcp_server.running import main

if __name__ == "__main__":
    be_lean()
    sys.exit(main())

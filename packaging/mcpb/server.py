"""What a host starts from the bundle: rowmill's server over stdio."""

import sys

from rowmill.mcp_server.running import main

if __name__ == "__main__":
    sys.exit(main())

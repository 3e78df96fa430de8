"""`python -m device.cli`, for where the command isn't installed."""

import sys

from device.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""Runs the commands: `python -m laptop up`."""

import sys

from laptop.cli import main

sys.exit(main())

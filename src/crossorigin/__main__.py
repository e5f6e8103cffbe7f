"""``python -m crossorigin``: the command, where it is not on the path."""

import sys

from crossorigin.cli import main

sys.exit(main())

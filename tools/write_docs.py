"""Write what is made by a script in the docs: the README's tabs, and the tables of the frameworks and the dialects.

Run it with a Python that has the package and the dependency group ``test``: ``python tools/write_docs.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from written_docs import ROOT, make_pages

for path, text in make_pages().items():
    (ROOT / path).write_text(text)

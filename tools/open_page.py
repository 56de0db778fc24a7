"""Open a page of this folder in the browser; where there is none, say where the page is."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

page = Path(sys.argv[1]).resolve()
print(page)
if not webbrowser.open(page.as_uri()):
    print("No browser could be started here: open that file in one.")

"""The key that signs cookies and links: made once, readable by its owner alone."""

from __future__ import annotations

import secrets
from pathlib import Path


def secret(path: Path, *, founding: bool = False) -> str:
    """The key in ``path``, made there at the first call; one for this process where the folder holds no business (and
    none is about to be made in it: ``founding``)."""
    try:
        found = path.read_text(encoding="ascii").strip()
        if len(found) >= 50:
            return found
    except FileNotFoundError:
        pass
    made = secrets.token_urlsafe(60)
    if founding or (path.parent / "business.toml").is_file():
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        path.write_text(made, encoding="ascii")
    return made

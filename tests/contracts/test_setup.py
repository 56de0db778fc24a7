"""What `make demo` needs before the program runs: a fitting Python, and an editable install from the lock alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_editable_install_needs_only_what_is_locked(tmp_path: Path) -> None:
    copy = tmp_path / "my 熟客 shop"
    (copy / "src" / "regulars").mkdir(parents=True)
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "src/regulars/__init__.py"):
        shutil.copy(ROOT / name, copy / name)
    # `editables`, hatchling's usual helper, is not in the lock: hide it where the machine happens to have it.
    code = (
        "import sys; sys.modules['editables'] = None; from hatchling.build import build_editable; build_editable('.')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(copy.glob("*.whl"))


def find_python(home: Path, *paths: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"HOME": str(home), "PATH": ":".join(str(p) for p in paths), **more}
    script = str(ROOT / "tools" / "find-python.sh")
    return subprocess.run(["/bin/sh", script], env=env, capture_output=True, text=True, check=False)


def _python(path: Path, fits: bool) -> Path:
    """A stand-in for a Python: all the search does is run it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {0 if fits else 1}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_shim_that_is_switched_off_is_passed_over(tmp_path: Path) -> None:
    shims, bin = tmp_path / "shims", tmp_path / "bin"
    _python(shims / "python3.12", False)
    fitting = _python(bin / "python3", True)
    found = find_python(tmp_path, shims, bin)
    assert (found.returncode, found.stdout.strip()) == (0, str(fitting))


def test_a_python_is_found_in_pyenv_with_spaces_in_the_way(tmp_path: Path) -> None:
    root = tmp_path / "my pyenv"
    _python(root / "versions" / "3.11.7" / "bin" / "python3", False)
    fitting = _python(root / "versions" / "3.12.1" / "bin" / "python3", True)
    found = find_python(tmp_path, Path("/usr/bin"), Path("/bin"), PYENV_ROOT=str(root))
    if Path(found.stdout.strip()).is_relative_to(tmp_path):  # else the machine's own python3 is new enough
        assert found.stdout.strip() == str(fitting)
    assert found.returncode == 0

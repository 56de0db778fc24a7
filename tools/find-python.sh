#!/bin/sh
# Print the path of a Python that Regulars can use (3.12 or newer, with venv), or say what to install.
# Looked for: the newest on PATH, then pyenv's versions, then the usual places of hand-made installs.
suits() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(not ((3, 12) <= sys.version_info[:2]))' >/dev/null 2>&1
}
for name in "$PYTHON" python3.14 python3.13 python3.12 python3 python; do
  [ -n "$name" ] || continue
  path=$(command -v "$name" 2>/dev/null) || continue
  # A pyenv shim may exist for a version that is not switched on; only running it tells.
  if suits "$path"; then echo "$path"; exit 0; fi
done
# HOME may point elsewhere than where the person's own installs are.
own=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)
IFS='
'
for root in ${PYENV_ROOT:+"$PYENV_ROOT/versions"} "$HOME/.pyenv/versions" "$own/.pyenv/versions" /opt/pyenv/versions \
  /usr/local/pyenv/versions "$HOME/.local/share/uv/python" "$own/.local/share/uv/python" /opt /usr/local; do
  for path in $(ls -d "$root"/*/bin/python3 "$root"/bin/python3 2>/dev/null | sort -rV); do
    if suits "$path"; then echo "$path"; exit 0; fi
  done
done
cat >&2 <<'TXT'
Regulars needs Python 3.12 or newer, with its venv module, and found none on PATH or in pyenv.
Install one and run the same command again, for example:
    Debian 13 / Ubuntu 24.04 or newer:  sudo apt-get install python3 python3-venv
    any system with pyenv:              pyenv install 3.12
    macOS with Homebrew:                brew install python@3.12
or name one:  make PYTHON=/path/to/python3.12 ...
TXT
exit 1

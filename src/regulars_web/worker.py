"""The worker as a process: ``python -m regulars_web.worker``. It ends with the server that started it."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Work until the parent process is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars_web.config.settings")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    import django

    django.setup()
    from regulars_web.shared.worker import work_on

    work_on(until=os.getppid())


if __name__ == "__main__":
    main()

"""One claimed piece of work, in this process: ``python -m regulars_web.shared.one_job ID WORKER``.

It ends with the worker that began it, whose number is told: left alone, it would go on beside the next try.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

LOOK = 0.5


def end_with(worker: int) -> None:
    """End this process when its worker is gone; what it does can be broken off anywhere."""
    while os.getppid() == worker:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGKILL)


def main(id: int, worker: int) -> None:
    """Do it."""
    threading.Thread(target=end_with, args=[worker], daemon=True).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars_web.config.settings")
    import django

    django.setup()
    from regulars_web.shared.jobs import run
    from regulars_web.shared.models import Job

    run(Job.objects.select_related("by").get(pk=id))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

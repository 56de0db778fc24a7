"""One claimed piece of work, in this process: ``python -m regulars_web.shared.one_job ID``."""

from __future__ import annotations

import os
import sys


def main(id: int) -> None:
    """Do it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars_web.config.settings")
    import django

    django.setup()
    from regulars_web.shared.jobs import run
    from regulars_web.shared.models import Job

    run(Job.objects.select_related("by").get(pk=id))


if __name__ == "__main__":
    main(int(sys.argv[1]))

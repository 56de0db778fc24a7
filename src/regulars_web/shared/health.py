"""Whether the server lives, and whether it can work."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from regulars_web.shared.clock import now
from regulars_web.shared.jobs import SILENT
from regulars_web.shared.models import Beat

#: Once the tables were found up to date they stay so while the process runs.
_FOUND = {"tables": False}


def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> HttpResponse:
    """The database answers, its tables are up to date, and a worker lives; 503 where one of them does not hold."""
    parts = {"database": False, "tables": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts["database"] = True
        parts["tables"] = tables_up_to_date()
        parts["worker"] = parts["tables"] and worker_lives()
    except DatabaseError:
        return JsonResponse({"ready": False, **parts}, status=503)
    fine = all(parts.values())
    return JsonResponse({"ready": fine, **parts}, status=200 if fine else 503)


def tables_up_to_date() -> bool:
    """Whether no migration is missing."""
    if not _FOUND["tables"]:
        executor = MigrationExecutor(connection)
        _FOUND["tables"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _FOUND["tables"]


def worker_lives() -> bool:
    """Whether somebody does the work that is put down: a worker heard of lately, or the requests themselves."""
    return settings.INLINE or Beat.objects.filter(at__gt=now() - SILENT).exists()

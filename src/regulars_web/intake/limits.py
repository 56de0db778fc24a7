"""How much may come at once, said before it comes: checked before a byte of an upload is read.

Django reads a form as soon as its token is checked, whoever sent it; so this stands before that.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from regulars.base.text import Text, say
from regulars.base.words import render as spoken
from regulars_web.company.powers import may
from regulars_web.intake.models import WAITING
from regulars_web.shared.errors import page

MOST_FILES = 20
#: Forms without files are small.
MOST_OTHER = 5 << 20
#: Room that must be left on the disk when all is there: facts are written, too.
SPARE = 200 << 20
FULL = "regulars.disk_full"
#: What addresses of other programs begin with.
PROGRAMS = "/api/"


def most_bytes() -> int:
    """How much may come at once."""
    return int(settings.UPLOAD_MB) << 20


def place() -> Path:
    """Where files wait; made where it is missing."""
    folder = Path(settings.FOLDER) / WAITING
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def against(length: int) -> tuple[Text, int] | None:
    """What stands against so many bytes, and the status it is answered with."""
    if length > most_bytes():
        return say("files.up.too_large", mb=-(-length >> 20), most=settings.UPLOAD_MB), 413
    free = shutil.disk_usage(place()).free
    if free < 2 * length + SPARE:
        return say("files.up.no_room", free=free >> 20), 507
    return None


class Uploads:
    """Turns away what is too much, comes from nobody, or goes where no file belongs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or answer at once."""
        length = length_of(request)
        if request.method != "POST" or request.path.startswith(PROGRAMS):
            return self._next(request)  # programs pass a door of their own, which knows them before it reads
        if length <= MOST_OTHER and request.path != reverse("upload"):
            return self._next(request)
        if request.path != reverse("upload"):
            drain(request, length)
            return page(request, say("files.up.not_here"), status=413)
        if not request.user.is_authenticated:
            drain(request, length)
            messages.warning(request, spoken(say("files.up.signed_out"), request.language))  # type: ignore[attr-defined]
            return redirect_to_login(request.path)
        if may(request.user, "imports:write") and (found := against(length)):
            drain(request, length)
            shown = {"most": MOST_FILES, "most_mb": settings.UPLOAD_MB, "most_bytes": most_bytes(), "wrong": found[0]}
            return render(request, "intake/upload.html", shown, status=found[1])
        return self._next(request)


def length_of(request: HttpRequest) -> int:
    """The length a request states; none where it states nonsense."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0


def drain(request: HttpRequest, length: int) -> None:
    """Take in and forget what was sent: a browser cut off while it sends never shows the answer."""
    left = min(length, 2 * most_bytes())
    while left > 0:
        try:
            chunk = request.read(min(1 << 20, left))
        except OSError:
            return
        if not chunk:
            return
        left -= len(chunk)


class IntoTheFolder(TemporaryFileUploadHandler):
    """Files arrive on the disk where they will wait: not twice, and not in a temporary folder of another size."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the place for the next file."""
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        size = self.content_length or 0
        self.file = _Arriving(self.file_name, self.content_type, size, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Put a piece down; where the disk is full the rest is let pass and the page says so."""
        try:
            self.file.write(raw_data)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            if self.request is not None:
                self.request.META[FULL] = True
            raise StopUpload(connection_reset=False) from error
        return None


class _Arriving(TemporaryUploadedFile):
    def __init__(self, name: str | None, content_type: str | None, size: int, charset: str | None, extra: Any) -> None:
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=place())  # noqa: SIM115 - closed by its owner
        super(TemporaryUploadedFile, self).__init__(file, name, content_type, size, charset, extra)

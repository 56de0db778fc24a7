"""What people state for the chapters: the list of files, and a form for each."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import RegularsError
from regulars.base.inputs import FILES
from regulars.base.inputs.write import document
from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.strategy import inputs_form as forms
from regulars_web.strategy.inputs import save, undo


@needs("strategy:read")
@require_GET
def inputs(request: HttpRequest) -> HttpResponse:
    """Every file, who stands behind it since when, and the chapter it feeds."""
    rows = [{"file": file, "words": _words(file.name)} for file in api.stated_files(business())]
    return render(request, "strategy/inputs.html", {"rows": rows})


@needs("strategy:read")
@require_GET
def input_page(request: HttpRequest, name: str) -> HttpResponse:
    """The form of one file, filled from the file, else from the trade's starter."""
    file = _file(name)
    return _shown(request, file, forms.Asked(forms.content(file.found)))


@needs("strategy:draft")
@require_POST
def save_input(request: HttpRequest, name: str) -> HttpResponse:
    """Add or take out an entry (nothing is saved), or save, or save and sign; else the form with what is wrong."""
    user = request.user
    assert isinstance(user, User)
    file = _file(name)
    asked = forms.read(FILES[name], request.POST)
    act, _, path = request.POST.get("do", "save").partition(":")
    if act in ("add", "remove"):
        done = forms.add_row(FILES[name], asked.raw, path) if act == "add" else forms.drop_row(asked.raw, path)
        if not done:
            raise Http404
        return _shown(request, file, forms.Asked(asked.raw), token=request.POST.get("token", ""), unsaved=True)
    try:
        outcome = save(user, file, asked, token=request.POST.get("token", ""), sign=act == "sign")
    except api.InputsRaced:
        newer = api.stated_file(business(), name)
        return _shown(request, newer, asked, mine=document(asked.raw), status=409)
    if asked.faults:
        return _shown(request, file, asked, token=request.POST.get("token", ""), status=422)
    messages.success(request, spoken(outcome, user.language))
    return redirect("input", name=name)


@needs("strategy:draft")
@require_POST
def undo_input(request: HttpRequest, name: str) -> HttpResponse:
    """Put the former version of a file back."""
    user = request.user
    assert isinstance(user, User)
    _file(name)
    try:
        undo(user, name, token=request.POST.get("token", ""))
    except RegularsError as error:
        messages.error(request, spoken(error.text, user.language))
    else:
        messages.success(request, spoken(say("inputs_web.undone"), user.language))
    return redirect("input", name=name)


def _file(name: str) -> api.StatedFile:
    if name not in FILES:
        raise Http404
    return api.stated_file(business(), name)


def _words(name: str) -> dict[str, object]:
    return {"title": say(f"inputs_web.file.{name}"), "chapter": say(f"inputs_web.chapter.{name}")}


def _shown(
    request: HttpRequest,
    file: api.StatedFile,
    asked: forms.Asked,
    *,
    token: str | None = None,
    mine: str = "",
    unsaved: bool = False,
    status: int = 200,
) -> HttpResponse:
    made = forms.fields(FILES[file.name], asked.raw, asked.faults)
    context = {
        "file": file,
        "words": _words(file.name),
        "signed": made[0],
        "fields": made[1:],
        "whole": [fault.reason for fault in asked.faults if not fault.place],
        "wrong": len(asked.faults),
        "token": file.token if token is None else token,
        "mine": mine,
        "unsaved": unsaved,
    }
    return render(request, "strategy/input.html", context, status=status)

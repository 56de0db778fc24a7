"""What people state for the chapters, file by file: read, written with the former version kept, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from regulars.api.business import OWN_PACK, OpenBusiness
from regulars.api.formats import written
from regulars.api.journal import sha256
from regulars.api.strategies import journal_of
from regulars.base.errors import BadData, BadSettings, NotThere
from regulars.base.inputs.common import InputFile
from regulars.base.inputs.files import FILES, FOLDER, parse_input
from regulars.base.inputs.write import document, head_comments
from regulars.base.text import say
from regulars.packs.load import pack_folder
from regulars.packs.starters import starter

#: Inside ``strategy/``: former versions ``market-0001.toml``, or ``market-0001.absent`` where there was no file.
KEPT = ".kept"

type Standing = Literal["stated", "unconfirmed", "missing", "unreadable"]


class InputsRaced(BadData):
    """The file is no longer the one that was read: somebody else wrote it meanwhile."""


@dataclass(frozen=True, slots=True)
class StatedFile:
    """One file of ``strategy/`` as it stands. ``found`` is its content, else the starter's where there is no file;
    None with ``fault`` where the file cannot be read. ``token`` tells this version from every other."""

    name: str
    standing: Standing
    token: str
    text: str
    found: InputFile | None
    fault: BadSettings | None = None
    from_starter: bool = False
    undoable: bool = False


def stated_files(business: OpenBusiness) -> tuple[StatedFile, ...]:
    """Every file a chapter reads, there or not."""
    return tuple(stated_file(business, name) for name in FILES)


def stated_file(business: OpenBusiness, name: str) -> StatedFile:
    """One of them. Raises NotThere for a name that no chapter reads."""
    path = _path(business, name)
    content = path.read_bytes() if path.is_file() else None
    token, undoable = _token(content), bool(_kept(business, name))
    if content is None:
        offered = _starter(business, name)
        found = parse_input(offered or b"", kind=FILES[name], file=f"{FOLDER}/{name}.toml")
        return StatedFile(name, "missing", token, "", found, None, offered is not None, undoable)
    text = content.decode("utf-8", "replace")
    try:
        read = parse_input(content, kind=FILES[name], file=f"{FOLDER}/{name}.toml")
    except BadSettings as fault:
        return StatedFile(name, "unreadable", token, text, None, fault, False, undoable)
    return StatedFile(name, "stated" if read.stated else "unconfirmed", token, text, read, None, False, undoable)


def write_stated(business: OpenBusiness, name: str, values: Mapping[str, object], *, token: str) -> str:
    """Write a file from its values, keeping the former version; the new token.

    The comments the file begins with stay in it; others are in the former version, in ``strategy/.kept``.

    Raises:
        NotThere: no chapter reads a file of that name.
        BadSettings: the values cannot be read as that file; nothing is written.
        InputsRaced: the file is not that of ``token`` any more; nothing is written.
    """
    path = _path(business, name)
    with journal_of(business).held():
        before = path.read_bytes() if path.is_file() else None
        if _token(before) != token:
            raise InputsRaced(say("inputs.fault.raced", file=f"{FOLDER}/{name}.toml"), say("inputs.fault.raced_hint"))
        comments = head_comments((before or b"").decode("utf-8", "replace"))
        after = document(values, comments=comments).encode()
        parse_input(after, kind=FILES[name], file=f"{FOLDER}/{name}.toml")
        if after != before:
            written(_next(business, name, "absent" if before is None else "toml"), before or b"")
            written(path, after)
    return _token(after)


def undo_stated(business: OpenBusiness, name: str, *, token: str) -> str:
    """Put the former version of a file back, byte for byte; the new token. What stood there is kept as ``.undone``.

    Raises:
        NotThere: there is no former version, or no chapter reads a file of that name.
        InputsRaced: the file is not that of ``token`` any more; nothing is changed.
    """
    path = _path(business, name)
    with journal_of(business).held():
        now = path.read_bytes() if path.is_file() else None
        if _token(now) != token:
            raise InputsRaced(say("inputs.fault.raced", file=f"{FOLDER}/{name}.toml"), say("inputs.fault.raced_hint"))
        kept = _kept(business, name)
        if not kept:
            raise NotThere(say("inputs.fault.no_former", file=f"{FOLDER}/{name}.toml"))
        last = kept[-1]
        if now is not None:
            written(last.with_name(f"{last.stem}.{_token(now)}.undone"), now)
        if last.suffix == ".absent":
            path.unlink(missing_ok=True)
            last.unlink()
            return _token(None)
        before = last.read_bytes()
        last.replace(path)
    return _token(before)


def stated_left(business: OpenBusiness, name: str, token: str) -> bool:
    """Whether the version ``token`` of a file was replaced here: it is kept among the former ones."""
    former = (business.folder / FOLDER / KEPT).glob(f"{name}-[0-9]*")
    return any(token == ("none" if path.suffix == ".absent" else _token(path.read_bytes())) for path in former)


def _path(business: OpenBusiness, name: str) -> Path:
    if name not in FILES:
        raise NotThere(say("inputs.fault.file", file=name))
    return business.folder / FOLDER / f"{name}.toml"


def _token(content: bytes | None) -> str:
    return "none" if content is None else sha256(content)[:16]


def _starter(business: OpenBusiness, name: str) -> bytes | None:
    own = business.folder / OWN_PACK
    shelf = pack_folder(own if own.is_dir() else business.settings.pack)
    return starter(business.pack, folder=shelf, name=name)


def _kept(business: OpenBusiness, name: str) -> list[Path]:
    found = (business.folder / FOLDER / KEPT).glob(f"{name}-[0-9]*")
    return sorted(path for path in found if path.suffix in (".toml", ".absent"))


def _next(business: OpenBusiness, name: str, ending: str) -> Path:
    """Where the version that is about to be replaced is kept; numbers already used by ``.undone`` are not used again
    for it, so the order of the numbers is that of time."""
    used = [path.name.split(".")[0].rsplit("-", 1)[1] for path in (business.folder / FOLDER / KEPT).glob(f"{name}-*")]
    return business.folder / FOLDER / KEPT / f"{name}-{max(map(int, used), default=0) + 1:04d}.{ending}"

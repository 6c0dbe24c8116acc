"""Authored payloads for the tests of the lake."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.lake.payload import Payload, request_json

DAY = datetime(2026, 1, 14, 12, 0)


def a_payload(content: Any = None, **given: Any) -> Payload:
    """A small JSON answer of `council`; `content` becomes its body."""
    fields: dict[str, Any] = {
        "source": "council",
        "endpoint": "search",
        "request": request_json({"q": "pools"}),
        "status": 200,
        "content_type": "application/json",
        "body": json.dumps([1] if content is None else content).encode(),
        "fetched_at": DAY,
        "licence": "authored",
    }
    return Payload(**fields | given)


def files_under(folder: Path) -> list[str]:
    """Every file, hidden ones too, relative to the folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def write_tar(path: Path, mode: str = "w:xz", **members: bytes) -> Path:
    """An archive with a folder and one file per member, `a_json` as folder/a.json."""
    with tarfile.open(path, mode) as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, body in members.items():
            info = tarfile.TarInfo("folder/" + name.replace("_", "."))
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return path

"""Files that grow by whole pieces: a piece stands there whole or not at all, also where the disk is full."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path


def new_file(path: Path) -> io.FileIO:
    """A new, empty file, written without a buffer: what a write reports is what was written.

    Raises:
        OSError: it exists, or cannot be made.
    """
    return io.FileIO(path, "x")


def append(file: io.FileIO, piece: bytes) -> int:
    """Write all of a piece at the end and say where it begins, or leave the file as it was.

    Raises:
        OSError: the disk refuses.
    """
    start = file.tell()
    try:
        whole = file.write(piece) == len(piece)
    except OSError:
        _cut(file, start)
        raise
    if not whole:
        _cut(file, start)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return start


def _cut(file: io.FileIO, size: int) -> None:
    file.truncate(size)
    file.seek(size)

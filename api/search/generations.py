"""The generations of an embedded index: one folder each, `CURRENT` names the one that answers and is replaced atomically."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from dataclasses import asdict
from pathlib import Path

from api.errors import EngineDown, IndexMismatch
from api.search.base import IndexInfo


class Generations:
    """The folder of all generations of one index."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> str | None:
        """The generation that answers; None where there is none yet."""
        try:
            return (self.root / "CURRENT").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def make(self, info: IndexInfo) -> str:
        """A new empty generation that does not answer yet.

        Raises:
            EngineDown: the folder cannot be written.
        """
        name = uuid.uuid4().hex[:12]
        try:
            (self.root / name / "words").mkdir(parents=True)
            (self.root / name / "info.json").write_text(json.dumps(asdict(info)), encoding="ascii")
        except OSError as error:
            raise EngineDown(f"{self.root}: the search index cannot be written: {error.strerror}") from error
        return name

    def first(self, info: IndexInfo) -> str:
        """The generation that answers, made where there is none; of two processes that make one at once, the first wins."""
        name = self.make(info)
        fresh = self._pointer(name)
        try:
            os.link(fresh, self.root / "CURRENT")
        except FileExistsError:
            shutil.rmtree(self.root / name, ignore_errors=True)
        except OSError as error:
            raise EngineDown(f"{self.root}: the search index cannot be written: {error.strerror}") from error
        finally:
            fresh.unlink(missing_ok=True)
        return self.current() or name

    def _pointer(self, name: str) -> Path:
        fresh = self.root / f"CURRENT.{name}"
        with fresh.open("w", encoding="ascii") as handle:
            handle.write(name)
            handle.flush()
            os.fsync(handle.fileno())
        return fresh

    def open(self, name: str, info: IndexInfo) -> Path:
        """The folder of a generation.

        Raises:
            EngineDown: it cannot be read.
            IndexMismatch: it was not made with `info`.
        """
        folder = self.root / name
        try:
            made = IndexInfo(**json.loads((folder / "info.json").read_text(encoding="ascii")))
        except (OSError, ValueError, TypeError) as error:
            raise EngineDown(f"{folder}: the search index is damaged; run `pantau reindex`") from error
        if made != info:
            raise IndexMismatch(f"{folder}: made with {made}, now {info}; run `pantau reindex`", made=made)
        return folder

    def switch(self, name: str) -> None:
        """Let `name` answer from now on, and remove the others.

        Raises:
            EngineDown: it is gone (another rebuild came first), or the folder cannot be written.
        """
        if not (self.root / name / "info.json").exists():
            raise EngineDown(f"{self.root / name}: another rebuild was faster and has removed this one")
        try:
            self._pointer(name).replace(self.root / "CURRENT")
        except OSError as error:
            raise EngineDown(f"{self.root}: the search index cannot be written: {error.strerror}") from error
        for folder in self.root.iterdir():
            if folder.is_dir() and folder.name != name:
                shutil.rmtree(folder, ignore_errors=True)

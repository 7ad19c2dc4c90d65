"""The output folder of `flag`: thresholds, scores of each file, and which files those are."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepml.contracts import Threshold
from hepml.errors import OutputError
from hepml.io.folder import claim_folder, output_errors, remove_temporary, write_text_atomic

FLAGS_FILE, INCIDENTS_FILE, PAGE_FILE = "flags.parquet", "incidents.json", "dashboard.html"
THRESHOLDS_FILE, FILES_FILE, SCORES = "thresholds.json", "files.json", "scores"

KIND = "flags"


@dataclass(frozen=True)
class FlaggedFile:
    """A file whose lumisections are in the folder: its path and a hash of its content."""

    path: str
    fingerprint: str


@dataclass(frozen=True)
class FlagFolder:
    """An output folder that is ours."""

    path: Path

    def scores(self, file: FlaggedFile) -> Path:
        """Return where the scores of a file are."""
        return self.path / SCORES / f"{file.fingerprint}.parquet"

    def files(self) -> dict[str, FlaggedFile]:
        """Return the files whose scores are there, by path."""
        rows = _read(self.path / FILES_FILE, [])
        found = [FlaggedFile(str(row["path"]), str(row["fingerprint"])) for row in rows]
        return {file.path: file for file in found if self.scores(file).is_file()}

    def record(self, files: Sequence[FlaggedFile]) -> None:
        """Say which files are there, and remove scores of no file."""
        text = json.dumps([dataclasses.asdict(file) for file in files], indent=1)
        write_text_atomic(self.path / FILES_FILE, text + "\n")
        wanted = {self.scores(file).name for file in files}
        for old in (self.path / SCORES).glob("*.parquet"):
            if old.name not in wanted:
                with output_errors(old):
                    old.unlink(missing_ok=True)

    def thresholds(self, made_by: Mapping[str, Any]) -> dict[str, Threshold] | None:
        """Return the thresholds that are there; None where there are none.

        Raises
        ------
        OutputError
            They are of another model, rate or method.
        """
        content = _read(self.path / THRESHOLDS_FILE, None)
        if content is None:
            return None
        different = [key for key, value in made_by.items() if content["made_by"].get(key) != value]
        if different:
            found, wanted = content["made_by"].get(different[0]), made_by[different[0]]
            msg = (
                f"{self.path}: holds flags made with {different[0]} {found!r}, and {wanted!r} is asked for: choose "
                "another folder, or remove this one"
            )
            raise OutputError(msg)
        return {row["histogram"]: Threshold(**row) for row in content["thresholds"]}

    def keep_thresholds(self, thresholds: Mapping[str, Threshold], made_by: Mapping[str, Any]) -> None:
        """Write the thresholds."""
        rows = [dataclasses.asdict(threshold) for threshold in thresholds.values()]
        text = json.dumps({"made_by": dict(made_by), "thresholds": rows}, indent=1)
        write_text_atomic(self.path / THRESHOLDS_FILE, text + "\n")


def claim_flags(output: str | Path) -> FlagFolder:
    """Return the folder, ready to be written.

    Raises
    ------
    OutputError
        It holds something else, or cannot be written.
    """
    folder = claim_folder(output, kind=KIND, marker=FLAGS_FILE)
    return FlagFolder(folder)


def tidy(folder: FlagFolder) -> None:
    """Remove what killed processes have left; call it while the folder is held."""
    remove_temporary(folder.path)
    with output_errors(folder.path):
        (folder.path / SCORES).mkdir(exist_ok=True)


def _read(path: Path, default: Any) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as problem:
        msg = f"{path}: cannot be read ({' '.join(str(problem).split())[:120]}): remove the folder and flag again"
        raise OutputError(msg) from None

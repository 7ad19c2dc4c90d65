"""What making a sample has left, and how it was made."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepml.errors import OutputError
from hepml.io.folder import claim_folder, output_errors, remove_temporary, write_text_atomic

SUMMARY_FILE = "sample.json"


@dataclass(frozen=True)
class SampleFile:
    """One file of a sample.

    Attributes
    ----------
    path : Path
        The ROOT file.
    process : str
        What it holds: ``"w"``, ``"qcd"``, ….
    n_events : int
        Entries of its tree: accepted examples.
    n_generated : int
        Events that were generated to find them.
    cross_section_pb : float, optional
        Cross-section of the accepted examples, in pb, where the generator knows it.
    """

    path: Path
    process: str
    n_events: int
    n_generated: int
    cross_section_pb: float | None = None


@dataclass(frozen=True)
class SampleSummary:
    """The files of a sample, in order, and the time that they took in s."""

    files: tuple[SampleFile, ...]
    seconds: float


def claim_sample(output: str | Path) -> Path:
    """Return the folder of a sample, ready to be written.

    Raises
    ------
    OutputError
        It cannot be written or holds something else.
    """
    folder = claim_folder(output, kind="sample", marker=SUMMARY_FILE)
    remove_temporary(folder)
    with output_errors(folder):
        (folder / SUMMARY_FILE).unlink(missing_ok=True)  # it would not be true of the files to come
    return folder


def finished_sample(
    output: str | Path, *, name: str, events: int | None, seed: int, options: Mapping[str, Any]
) -> SampleSummary | None:
    """Return the sample that is in a folder already; None where there is none, or an unfinished one.

    Raises
    ------
    OutputError
        It holds a finished sample that is not the one asked for: hours of work are not overwritten.
    """
    folder = Path(output).expanduser()
    try:
        content = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
        found = {"sample": content["sample"], "seed": content["seed"], "options": content["options"]}
        files = tuple(SampleFile(**{**file, "path": folder / file["path"]}) for file in content["files"])
        seconds = float(content["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not all(file.path.is_file() for file in files):
        return None
    wanted = {"sample": name, "seed": seed, "options": dict(options)}
    if events is not None:
        found["events"], wanted["events"] = sum(file.n_events for file in files), events
    different = [f"{key} {found[key]}" for key in wanted if found[key] != wanted[key]]
    if different:
        msg = (
            f"{folder}: holds a finished sample of {', '.join(different)}, which is not what is asked for: "
            "choose another folder, or remove this one"
        )
        raise OutputError(msg)
    return SampleSummary(files, seconds)


def write_summary(
    folder: Path,
    summary: SampleSummary,
    *,
    name: str,
    seed: int,
    options: Mapping[str, Any],
    packages: Sequence[str],
) -> None:
    """Write ``sample.json``: all that is needed to make the same sample again, and what it contains.

    Parameters
    ----------
    folder : Path
        The sample's folder.
    summary : SampleSummary
        What was made.
    name : str
        Key of the table of samples.
    seed : int
        The sample's seed.
    options : mapping
        Its options as plain JSON, every default filled in.
    packages : sequence of str
        Distributions whose versions the events depend on.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    files = [asdict(file) | {"path": file.path.name} for file in summary.files]
    content = {
        "sample": name,
        "seed": seed,
        "options": dict(options),
        "versions": {package: version(package) for package in ("hepml", *packages)},
        "seconds": round(summary.seconds, 1),
        "files": files,
    }
    write_text_atomic(folder / SUMMARY_FILE, json.dumps(content, indent=2) + "\n")

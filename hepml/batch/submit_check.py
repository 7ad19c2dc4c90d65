"""What `condor_submit -dry-run` does not see in a submit file, but a pool does hours later."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from hepml.batch.condor_tools import dry_run, has_condor
from hepml.errors import BatchError

_MACRO = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_.]*)\)")
_COMMAND = re.compile(r"^([+A-Za-z][A-Za-z0-9_.]*)\s*=\s*(.*)$")
_BUILT_IN = {"cluster", "clusterid", "process", "procid", "node", "step", "row", "item", "itemindex"}


def check_submit_file(path: Path, *, scratch: Path) -> str:
    """Check a submit file: by HTCondor, where it is installed, and for what that misses.

    Parameters
    ----------
    path : Path
        The submit file.
    scratch : Path
        A folder for what HTCondor would make of it.

    Returns
    -------
    str
        What was checked, in words.

    Raises
    ------
    BatchError
        Names the file, what is wrong, and what to do.
    """
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    commands = {m.group(1).lower(): m.group(2).strip() for m in map(_COMMAND.match, text.splitlines()) if m}
    problems = list(_problems(text, commands))
    if has_condor():
        problems += dry_run(path, scratch / "jobs.ads").splitlines()
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        msg = f"{path}: {'; '.join(problems[:3])}{more}: mend the site file, or what it names"
        raise BatchError(msg)
    if has_condor():
        return "checked by condor_submit -dry-run, and for what that misses"
    return "checked for missing files, folders and macros, but not by condor_submit, which is not here"


def _problems(text: str, commands: dict[str, str]) -> Iterator[str]:
    names, rows = _queue(text)
    known = _BUILT_IN | {name.lower() for name in names} | set(commands)
    for macro in sorted({name for name in _MACRO.findall(text) if name.lower() not in known}):
        yield f"$({macro}) is defined nowhere"
    if not os.access(commands.get("executable", ""), os.X_OK):
        yield f"the executable {commands.get('executable')} is not there, or may not be executed"
    log = Path(commands.get("log", ""))
    if not log.parent.is_dir() or not os.access(log.parent, os.W_OK):
        yield f"the folder of the log {log} is not there, or cannot be written"
    for row in rows:
        yield from _row_problems(commands, dict(zip(names, row, strict=False)))


def _row_problems(commands: dict[str, str], row: dict[str, str]) -> Iterator[str]:
    def filled(command: str) -> str:
        return _MACRO.sub(lambda m: row.get(m.group(1), m.group(0)), commands.get(command, ""))

    folder = Path(filled("initialdir") or ".")
    if not folder.is_dir():
        yield f"the folder {folder} is not there"
    for number in ("request_memory", "request_disk", "request_cpus"):
        if not re.fullmatch(r"[1-9][0-9]*", filled(number)):
            yield f"{number} is {filled(number)!r}, not a whole number above 0"
    for name in filter(None, (name.strip() for name in filled("transfer_input_files").split(","))):
        if "://" not in name and not (folder / name).exists():
            yield f"the input {name} of {folder} is not there"


def _queue(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the variables of the queue statement, and their values in each of its rows."""
    statement = next((line for line in text.splitlines() if line.startswith("queue ")), "")
    variables, _, place = statement.removeprefix("queue ").partition(" from ")
    names = [name.strip() for name in variables.split(",")]
    source = Path(place.strip())
    lines = source.read_text(encoding="utf-8").splitlines() if place and source.is_file() else []
    rows = [[value.strip() for value in line.split(",", len(names) - 1)] for line in lines]
    return names, rows


def refuse_folder_name(folder: Path) -> None:
    """Refuse a name that would be read as several, or as a macro, in a submit file.

    Raises
    ------
    BatchError
        Names the character.
    """
    found = next((character for character in (",", "$", '"', "\n", "'", " ") if character in str(folder)), None)
    if found is not None:
        msg = f"{folder}: HTCondor would not read a path with {found!r} as one: choose another folder"
        raise BatchError(msg)

"""The flags that `flag` has left, for programs."""

from __future__ import annotations

from pathlib import Path

from hepml.contracts import LumiFlag, Status
from hepml.io.lumi_flags import read_lumi_flags
from hepml.workflow.flag_folder import FLAGS_FILE


def flagged_lumisections(folder: str | Path, *, status: Status | None = "bad") -> list[LumiFlag]:
    """Return the flags of one status, ordered by run, lumisection and histogram; of all with None.

    Raises
    ------
    InputError
        There are none in the folder.
    """
    flags = read_lumi_flags(Path(folder).expanduser() / FLAGS_FILE)
    return [flag for flag in flags if status in (None, flag.status)]

"""``status``: the accounting of a dataset."""

from __future__ import annotations

from pathlib import Path

from hepml.contracts import Manifest
from hepml.io.manifest import read_manifest
from hepml.io.shards import verify_shard
from hepml.workflow.progress import SILENT, Progress


def status(dataset: str | Path, *, verify: bool = False, progress: Progress = SILENT) -> Manifest:
    """Return the accounting of a dataset.

    Parameters
    ----------
    dataset : path
        The dataset.
    verify : bool
        Read every shard again and compare its checksum.
    progress : Progress
        Where bars go.

    Raises
    ------
    DatasetError
        The dataset is not complete, or a shard is missing or damaged.
    """
    folder = Path(dataset).expanduser()
    manifest = read_manifest(folder)
    if verify:
        with progress.step("verify", len(manifest.shards)) as bar:
            for shard in manifest.shards:
                verify_shard(folder, shard)
                bar.advance()
    return manifest

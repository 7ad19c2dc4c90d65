"""A reconstruction run as the model of `flag`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hepml.contracts import Representation, ScoredHistograms
from hepml.datasets import open_dataset
from hepml.errors import DatasetError, nearest
from hepml.inference import LoadedRun, load_run
from hepml.inference.dataset_predictions import check_dataset
from hepml.inference.map_block import MapBlock
from hepml.inference.score_maps import reconstruction_options, score_block
from hepml.representations import Occupancy
from hepml.workflow.flag_model import FlagModel
from hepml.workflow.run_identity import run_identity
from hepml.workflow.score_lumisections import BLOCK_LUMISECTIONS, score_lumisections

PART = "thresholds"
"""Of the run's dataset: good lumisections that neither training nor validation has seen."""


def flag_model(run: str | Path, *, dataset: str | Path | None = None, processor: str | Path | None = None) -> FlagModel:
    """Load a run.

    Parameters
    ----------
    run : path
        A reconstruction run.
    dataset : path, optional
        Its dataset; default: ``dataset`` beside the folder of runs, as `hepml run` leaves it.
    processor : path, optional
        Processor file for ntuples; default: that of the training.

    Raises
    ------
    RunError
        It is no run, or one of another task.
    """
    loaded = load_run(run)
    reconstruction_options(loaded)
    place = Path(dataset) if dataset is not None else loaded.folder.parents[1] / "dataset"
    work = _RunOnFiles(loaded, place, processor)
    subsystems = {name: _subsystem(name, one) for name, one in loaded.representations.items()}
    return FlagModel(loaded.info.name, run_identity(loaded.info), subsystems, work.score, work.good)


@dataclass(frozen=True)
class _RunOnFiles:
    """A run, the folder of its dataset, and the processor to read ntuples with."""

    run: LoadedRun
    dataset: Path
    processor: str | Path | None

    def score(self, path: Path) -> Iterator[ScoredHistograms]:
        """Yield the scores of a file."""
        return score_lumisections(self.run, [path], processor=self.processor)

    def good(self) -> Iterator[ScoredHistograms]:
        """Yield the scores of the part `PART` of the dataset."""
        split, names = self.run.recipe.split, list(self.run.representations)
        if not self.dataset.is_dir():
            msg = f"{self.dataset}: there is no dataset to take thresholds from: give it with --dataset"
            raise DatasetError(msg)
        data = open_dataset(self.dataset)
        check_dataset(self.run, data)
        if PART not in data.parts(split):
            hint = nearest(PART, data.parts(split))
            msg = f"the run's split has no part {PART!r} of good lumisections for thresholds ({hint}): add it and train"
            raise DatasetError(msg)
        source = data.source(
            PART,
            inputs=names,
            training=False,
            weights=self.run.recipe.weights,
            split=split,
            seed=0,
            piece_rows=BLOCK_LUMISECTIONS,
        )
        for batch in source.ordered():
            keys = data.keys(batch.row)
            yield from score_block(self.run, MapBlock(keys["run"], keys["lumi"], batch.inputs, tuple(names)))


def _subsystem(name: str, representation: Representation) -> str:
    """Return the folder of the map in files of histograms, or its name."""
    path = representation.options.histogram if isinstance(representation, Occupancy) else None
    return path.partition("/")[0] if path else name

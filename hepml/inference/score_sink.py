"""The sink of `predict`: examples → scores, in the process that has read the chunk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from hepml.contracts import Chunk, Examples, ObjectIndex
from hepml.errors import DatasetError, RunError
from hepml.inference.chunk_scores import ChunkScores, read_chunk_scores, write_chunk_scores
from hepml.inference.example_scores import score_examples
from hepml.inference.friend_columns import places
from hepml.inference.loaded_run import Backend, load_run
from hepml.processing import Sink
from hepml.processing.clean import clean


@dataclass(frozen=True)
class ScoreSink(Sink):
    """Applies a run to each chunk; holds paths only, each worker process loads the models once.

    Attributes
    ----------
    run : str
        Folder of the run.
    parts : str
        Folder of the scores of single chunks.
    nonfinite : {"stop", "drop"}
        Whether NaN and inf are an error, or such examples get no score and are counted.
    backend : {"native", "onnx"}
        What applies the run, as in `load_run`.
    """

    run: str
    parts: str
    nonfinite: Literal["stop", "drop"]
    backend: Backend = "native"

    def path(self, chunk: Chunk) -> Path:
        """Return where the scores of a chunk go."""
        return Path(self.parts) / f"{chunk.name}.npz"

    def finished(self, chunk: Chunk) -> bool:
        """Return whether the scores of `chunk` are written, or it was skipped."""
        return self.path(chunk).exists()

    def write(self, chunk: Chunk, examples: Examples) -> int:
        """Score the examples of a chunk.

        Raises
        ------
        RunError
            The processor makes parts of examples, or other inputs than those the run was trained on.
        InputError
            NaN or inf, where they are not to be dropped.
        ShapeError
            Two examples come from one event or object.
        """
        if examples.partial is not None:
            msg = (
                f"{self.run}: the processor makes parts of examples (Examples.partial), and a part has no score: "
                "scores can be had of whole examples only, as `hepml evaluate` does from a dataset"
            )
            raise RunError(msg)
        kept, dropped = clean(examples, chunk, policy=self.nonfinite)
        places(kept.object_index)  # refused here, not after hours when the friend is written
        scores = ChunkScores(
            n_events=chunk.n_entries,
            index=kept.object_index,
            scores=score_examples(load_run(self.run, backend=self.backend), kept),
            n_dropped=sum(dropped.values()),
            reason=", ".join(f"{n} with NaN or inf in {name}" for name, n in dropped.items()),
        )
        write_chunk_scores(self.path(chunk), scores)
        return kept.n

    def skip(self, chunk: Chunk, reason: str) -> None:
        """Record a chunk that cannot be read: none of its entries is selected."""
        nothing = ObjectIndex(np.empty(0, np.int64))
        write_chunk_scores(self.path(chunk), ChunkScores(chunk.n_entries, nothing, {}, skipped=True, reason=reason))

    def skipped(self, chunk: Chunk) -> bool:
        """Return whether the file of the scores says so."""
        return self.finished(chunk) and read_chunk_scores(self.path(chunk)).skipped

    def paths(self, chunk: Chunk) -> tuple[Path, ...]:
        """Return the one file of a chunk's scores."""
        return (self.path(chunk),)

    def verify(self, chunk: Chunk) -> None:
        """Check that the scores can be read, and that there is one for each example of all entries."""
        path = self.path(chunk)
        try:
            found = read_chunk_scores(path)
        except RunError as problem:
            raise DatasetError(str(problem)) from None
        n_examples = {len(found.index.event), *map(len, found.scores.values())}
        if found.n_events != chunk.n_entries or (not found.skipped and len(n_examples) > 1):
            msg = f"{path}: scores of {found.n_events} entries, {chunk.n_entries} were planned: remove it and run again"
            raise DatasetError(msg)

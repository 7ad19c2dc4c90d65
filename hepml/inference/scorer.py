"""A trained run as a function, for any coffea processor on any executor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from pathlib import Path

import awkward as ak
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.contracts import CutFlow, Examples, ObjectIndex
from hepml.errors import InputError, RunError, ShapeError, nearest
from hepml.inference.example_scores import score_examples
from hepml.inference.loaded_run import Backend, LoadedRun, check_backend, load_run
from hepml.inference.onnx_member import require_onnx_files, run_sha256
from hepml.inference.run_info import read_run_info
from hepml.inference.score_columns import no_scores
from hepml.processing.finite import rows_not_finite
from hepml.representations.ragged import plain_column


@dataclass(frozen=True)
class Scorer:
    """A trained run as a function from columns to scores; make one where a processor is made, and call it per chunk.

    It holds where the run is and what it was then, so it goes to any worker.  Each worker process loads the models at
    its first call, with the threads of `limit_threads_in_worker`; memory does not grow with the number of rows.

    Parameters
    ----------
    run : path
        Folder of the run; the same path must lead there on the workers.
    backend : {"native", "onnx"}
        What applies it: the library it was trained with, or ONNX Runtime, once ``hepml export`` has put the files into
        the run.  That is lighter, as neither TensorFlow nor scikit-learn is loaded, and scores differ by about 1e-7.

    Attributes
    ----------
    folder : str
        Absolute path of the run.
    sha256 : str
        Of its ``run.json``, 64 hex digits.

    Raises
    ------
    RunError
        There is no complete run, or no ONNX file of a member where that is the backend.
    MissingExtraError
        ONNX Runtime is not installed, where it is the backend.

    Examples
    --------
    In a processor, of jets with the particles `particles`::

        def __init__(self):
            self.cnn = hepml.Scorer("out/runs/cnn")

        def process(self, events):
            ...
            score = self.cnn({"image": particles})["cnn_score"]
    """

    run: InitVar[str | Path]
    backend: Backend = field(default="native", kw_only=True)
    folder: str = field(init=False)
    sha256: str = field(init=False)

    def __post_init__(self, run: str | Path) -> None:
        folder = Path(run).expanduser().resolve()
        check_backend(folder, self.backend)
        info = read_run_info(folder)
        if self.backend == "onnx":
            require_onnx_files(folder, info)  # here, and not on a worker an hour later
        object.__setattr__(self, "folder", str(folder))
        object.__setattr__(self, "sha256", run_sha256(folder))

    def __call__(
        self, inputs: Mapping[str, ak.Array], *, key: Mapping[str, ArrayLike] | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """Return the scores, as `hepml predict` writes them: by the name of the branch, float32, shape (n,).

        Parameters
        ----------
        inputs : mapping of str to awkward record array, n rows each
            The columns of each input that the run reads, as the processor of the training gives them in
            ``Examples.inputs``, without the representation: that is the run's own.  A table's columns may be those of a
            table with more; n = 0 is allowed.
        key : mapping of str to array of int, shape (n,)
            For a run with folds: the columns of the recipe's ``event_key`` (or ``split.column``), so that an event of
            the training is scored by the fold that has not seen it.

        Raises
        ------
        RunError
            The run is another than when this was made; an input, a column of it or of the key is missing; or folds are
            by the content of events.
        ShapeError
            The inputs, or the key, have different numbers of rows.
        InputError
            NaN or infinity where none is declared as missing.
        """
        run = load_run(self.folder, backend=self.backend)
        self._refuse_another()
        examples = _examples(run, inputs, key)
        _refuse_not_finite(run, examples)
        return score_examples(run, examples)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scores; loads no model."""
        info = read_run_info(self.folder)
        return tuple(no_scores(info.name, info.task))

    def _refuse_another(self) -> None:
        if run_sha256(Path(self.folder)) != self.sha256:
            msg = (
                f"{self.folder}: the run was trained again, or is another, since this Scorer was made: "
                "make it again, so that all chunks have the scores of one run"
            )
            raise RunError(msg)


def _examples(run: LoadedRun, inputs: Mapping[str, ak.Array], key: Mapping[str, ArrayLike] | None) -> Examples:
    """Return these columns as a processor would give them."""
    for name in run.representations:
        if name not in inputs:
            msg = f"{run.folder}: the run reads input {name!r}, which was not given: {nearest(name, inputs)}"
            raise RunError(msg)
    chosen = {name: (representation, inputs[name]) for name, representation in run.representations.items()}
    folds_by = _key(run, key or {}) if run.info.n_folds else None
    rows = {name: len(columns) for name, (_, columns) in chosen.items()}
    rows |= {f"key[{name!r}]": len(values) for name, values in (folds_by or {}).items()}
    if len(set(rows.values())) > 1:
        found = ", ".join(f"{name} has {n}" for name, n in rows.items())
        msg = f"{run.folder}: different numbers of rows ({found}): apply the same selection to all inputs and the key"
        raise ShapeError(msg)
    n = next(iter(rows.values()))
    return Examples(chosen, ObjectIndex(np.arange(n)), CutFlow.start(np.ones(n)), key=folds_by)


def _key(run: LoadedRun, key: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.int64]]:
    """Return the columns that say which fold has not seen an event."""
    if run.info.keys == ():
        msg = (
            f"{run.folder}: the run has {run.info.n_folds} folds by the content of events, since its processor gave no "
            "Examples.key: use `hepml predict`, or give keys there and train again"
        )
        raise RunError(msg)
    wanted = [run.recipe.split.column] if run.recipe.split.column else run.recipe.event_key
    missing = [name for name in wanted if name not in key]
    if missing:
        msg = (
            f"{run.folder}: the run has {run.info.n_folds} folds, and key[{missing[0]!r}] is not given: pass key with "
            f"{', '.join(wanted)} of each row, so that it is scored by the fold that has not seen its event"
        )
        raise RunError(msg)
    return {name: np.asarray(key[name]) for name in wanted}


def _refuse_not_finite(run: LoadedRun, examples: Examples) -> None:
    """Refuse what `hepml process` would have refused: a model gives a number for NaN too, and nobody would see it."""
    for name, (representation, data) in examples.inputs.items():
        for column in representation.columns:
            if column not in data.fields:
                hint = nearest(column, data.fields)
                msg = f"{run.folder}: the run reads column {column!r} of input {name!r}, which was not given: {hint}"
                raise RunError(msg)
            if column in representation.missing_allowed or _plain_and_finite(data, column):
                continue
            bad = rows_not_finite(data[column])
            if bad.any():
                msg = (
                    f"{run.folder}: {np.count_nonzero(bad)} rows have NaN or inf in '{name}.{column}', the first is "
                    f"row {np.argmax(bad)}: leave them out, or train with the column declared as `missing`"
                )
                raise InputError(msg)


def _plain_and_finite(data: ak.Array, column: str) -> bool:
    """Whether one look at a whole array settles it, as it nearly always does for the columns of a table."""
    values = plain_column(data, column)
    return values is not None and bool(np.isfinite(values).all())

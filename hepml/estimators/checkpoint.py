"""The state of an interrupted fit on disk: exact, atomic, and free of pickles."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, ModelSpec
from hepml.errors import RunError
from hepml.estimators.progress import Progress
from hepml.io.folder import output_errors, write_bytes_atomic, write_text_atomic
from hepml.recipe import Training

_FORMAT = 1
_STATE = "checkpoint.json"


class CheckpointWarning(UserWarning):
    """A checkpoint could not be used; the fit starts anew."""


@dataclass(frozen=True)
class Checkpoint:
    """A fit after a whole epoch.

    Attributes
    ----------
    progress : Progress
        History, best value, schedule, early stopping.
    current : list of array
        Every variable that a step changes, in the trainer's order: weights, moving statistics, generator states,
        optimiser, average.
    best : list of array
        The model's weights in the epoch that is kept so far.
    """

    progress: Progress
    current: list[NDArray[Any]]
    best: list[NDArray[Any]]


class CheckpointFile:
    """The checkpoint in `folder` of the fit with this `fingerprint`.

    The arrays are written first, under a new name, then the small file that names them and holds their checksum: a
    fit killed at any moment leaves the last whole state.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder, self._fingerprint = folder, fingerprint

    def write(self, state: Checkpoint) -> None:
        """Replace the checkpoint.

        Raises
        ------
        OutputError
            Disk full, not writable.
        """
        name = f"epoch-{len(state.progress.history):05d}.npz"
        content = _packed(state)
        write_bytes_atomic(self._folder / name, content)
        record = {
            "format": _FORMAT,
            "fingerprint": self._fingerprint,
            "arrays": name,
            "checksum": hashlib.sha256(content).hexdigest(),
            "progress": state.progress.as_json(),
        }
        write_text_atomic(self._folder / _STATE, json.dumps(record, indent=1))
        with output_errors(self._folder):
            for old in self._folder.glob("epoch-*.npz"):
                if old.name != name:
                    old.unlink(missing_ok=True)

    def read(self, *, shapes: Sequence[tuple[int, ...]], n_best: int) -> Checkpoint | None:
        """Return the state, or None where there is none; warn where it is damaged.

        Parameters
        ----------
        shapes : sequence of tuple of int
            Of the trainer's variables, in order.
        n_best : int
            Number of the model's weights.

        Raises
        ------
        RunError
            It belongs to a fit with other options or data.
        """
        path = self._folder / _STATE
        if not path.exists():
            return None
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["fingerprint"] != self._fingerprint or record["format"] != _FORMAT:
                msg = (
                    f"{path}: the checkpoint belongs to a fit with other options or another dataset: choose another "
                    "output folder, or remove this one"
                )
                raise RunError(msg)
            content = (self._folder / record["arrays"]).read_bytes()
            if hashlib.sha256(content).hexdigest() != record["checksum"]:
                raise ValueError("its checksum is wrong")  # noqa: EM101, TRY003
            return _unpacked(content, Progress.from_json(record["progress"]), shapes, n_best)
        except RunError:
            raise
        except (OSError, ValueError, KeyError, TypeError) as problem:
            reason = " ".join(str(problem).split())
            msg = f"{path}: the checkpoint is damaged ({reason}): the fit starts anew"
            warnings.warn(msg, CheckpointWarning, stacklevel=2)
        return None


def fingerprint(
    spec: ModelSpec, training: Training, train: BatchSource, validation: BatchSource | None, *, start: str | None = None
) -> str:
    """Return a hash of all that fixes a fit: model, task, options, training and the parts' sizes and moments.

    `start` says which weights of another run the fit starts from, and how; None: it starts from its seed.
    """
    arrays = {
        name: [a.shape, a.dtype, a.role, a.moments_shape, a.categories, a.may_miss] for name, a in spec.arrays.items()
    }
    outputs = [
        [o.name, o.size, o.activation, o.loss, o.loss_options, o.target, o.loss_weight] for o in spec.task.outputs
    ]
    words = [
        spec.estimator,
        spec.options.model_dump(mode="json"),
        [spec.task.kind, spec.task.classes, spec.task.signal, outputs],
        arrays,
        spec.seed,
        training.model_dump(mode="json"),
        [train.n_rows, validation.n_rows if validation else None],
        *([] if start is None else [start]),
        *([[spec.task.conditions, spec.task.options]] if spec.task.conditions or spec.task.options else []),
    ]
    digest = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
    for name, moments in sorted(train.moments.items()):
        digest.update(name.encode())
        # Six digits: the same events summed in another order must not look like other events.
        digest.update(np.char.mod("%.6g", moments.mean()).tobytes())
    return digest.hexdigest()


def _packed(state: Checkpoint) -> bytes:
    named = {f"current_{i}": value for i, value in enumerate(state.current)}
    named |= {f"best_{i}": value for i, value in enumerate(state.best)}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **named)
    return buffer.getvalue()


def _unpacked(content: bytes, progress: Progress, shapes: Sequence[tuple[int, ...]], n_best: int) -> Checkpoint:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        current = [stored[f"current_{i}"] for i in range(len(shapes))]
        best = [stored[f"best_{i}"] for i in range(n_best)]
        if len(stored.files) != len(current) + len(best) or [a.shape for a in current] != list(shapes):
            raise ValueError("its arrays are not those of this model")  # noqa: EM101, TRY003
    return Checkpoint(progress, current, best)

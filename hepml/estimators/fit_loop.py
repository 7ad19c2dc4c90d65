"""Epoch after epoch: train, validate, keep the best or the last, write a checkpoint; and go on from one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from hepml.contracts import Batch, BatchSource, Epoch
from hepml.errors import RunError
from hepml.estimators.checkpoint import Checkpoint, CheckpointFile
from hepml.estimators.feed import in_batches, read_ahead
from hepml.estimators.progress import Progress
from hepml.estimators.schedule import learning_rate
from hepml.networks.supervised import SupervisedTrainer
from hepml.recipe import Training


class Trainer(Protocol):
    """What the fit loop needs of a network in training."""

    @property
    def variables(self) -> list[Any]:
        """Everything that a step changes."""

    @property
    def weights(self) -> list[Any]:
        """What a saved model holds."""

    def train(self, batch: Batch, *, learning_rate: float) -> Mapping[str, float]:
        """Make one step and return the sums of its figures over the examples, ``loss`` among them."""

    def averaged(self) -> AbstractContextManager[None]:
        """Give the model the averaged weights, if they are averaged, for the length of the block."""


Judge = Callable[[], Mapping[str, float]]
"""The figures of a network on the validation part, as it is."""


def run_fit(
    trainer: Trainer,
    train: BatchSource,
    judge: Judge | None,
    *,
    training: Training,
    checkpoint: CheckpointFile,
    on_epoch: Callable[[Epoch], None],
    watched: str = "validation_loss",
) -> list[Epoch]:
    """Fit, and leave the weights of the best epoch, or of the last, in the model.

    An epoch's order, dropout and augmentation follow from the seeds and the state alone, so a fit that is interrupted
    and called again ends in the same bits as one that is not.

    Parameters
    ----------
    trainer : Trainer
        The network with its optimiser.
    train : BatchSource
        With training weights of mean 1.
    judge : callable, optional
        Gives the figures of the validation part; without one the last epoch is kept.
    training : Training
        Of the recipe.
    checkpoint : CheckpointFile
        Read once, written after each epoch.
    on_epoch : callable
        Called after each epoch, once its checkpoint is safe; also for epochs that a checkpoint brings.
    watched : str
        The figure whose least value names the best epoch.

    Raises
    ------
    RunError
        A figure is not a number, or the checkpoint belongs to another fit.
    """
    variables = trainer.variables
    state = checkpoint.read(shapes=[tuple(v.shape) for v in variables], n_best=len(trainer.weights))
    progress, best = (state.progress, state.best) if state else (Progress(), [])
    if state:
        _assign(variables, state.current)
        for epoch in progress.history:
            on_epoch(epoch)
    while not progress.finished:
        figures = _epoch(trainer, train, training=training, progress=progress)
        _check_finite(Epoch(len(progress.history), figures), training)
        with trainer.averaged():
            epoch = Epoch(len(progress.history), {**figures, **(judge() if judge else {})})
            _check_finite(epoch, training)
            if progress.record(epoch, training, watched=watched):
                best = [v.numpy() for v in trainer.weights]
        checkpoint.write(Checkpoint(progress, [v.numpy() for v in variables], best))
        on_epoch(epoch)
    _assign(trainer.weights, best)
    return progress.history


def _epoch(trainer: Trainer, train: BatchSource, *, training: Training, progress: Progress) -> dict[str, float]:
    """Pass over the training part once; return the epoch's figures."""
    index = len(progress.history)
    steps = math.ceil(train.n_rows / training.batch_size)
    totals: dict[str, float] = {}
    rate = 0.0
    for number, batch in enumerate(in_batches(read_ahead(train.shuffled(index)), training.batch_size)):
        rate = learning_rate(
            training.schedule,
            peak=training.optimiser.learning_rate,
            step=index * steps + number,
            steps_per_epoch=steps,
            epochs=training.epochs,
            reductions=progress.reductions,
        )
        for name, value in trainer.train(batch, learning_rate=rate).items():
            totals[name] = totals.get(name, 0.0) + value
    return {**{name: total / train.n_rows for name, total in totals.items()}, "learning_rate": rate}


def validation_figures(trainer: SupervisedTrainer, validation: BatchSource, *, batch_size: int) -> dict[str, float]:
    """Return the ``validation_loss`` Σ w·l / n: the training loss's reduction."""
    batches = in_batches(read_ahead(validation.ordered()), 4 * batch_size)
    return {"validation_loss": sum(trainer.loss_sum(batch) for batch in batches) / validation.n_rows}


def _check_finite(epoch: Epoch, training: Training) -> None:
    for name, value in epoch.figures.items():
        if not math.isfinite(value):
            rate = training.optimiser.learning_rate
            msg = (
                f"the {name.replace('_', ' ')} of epoch {epoch.index} is {value}: lower "
                f"training.optimiser.learning_rate ({rate}), set training.optimiser.clip_norm, or look for inf in the "
                "inputs and weights"
            )
            raise RunError(msg)


def _assign(variables: list[Any], values: list[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)

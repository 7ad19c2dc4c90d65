"""Epoch after epoch: train, validate, keep the best or the last, write a checkpoint; and go on from one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hepml.contracts import BatchSource, Epoch
from hepml.errors import RunError
from hepml.estimators.checkpoint import Checkpoint, CheckpointFile
from hepml.estimators.feed import in_batches, read_ahead
from hepml.estimators.progress import Progress
from hepml.estimators.schedule import learning_rate
from hepml.networks.supervised import SupervisedTrainer
from hepml.recipe import Training


def run_fit(
    trainer: SupervisedTrainer,
    train: BatchSource,
    validation: BatchSource | None,
    *,
    training: Training,
    checkpoint: CheckpointFile,
    on_epoch: Callable[[Epoch], None],
) -> list[Epoch]:
    """Fit, and leave the weights of the best epoch, or of the last, in the model.

    An epoch's order, dropout and augmentation follow from the seeds and the state alone, so a fit that is interrupted
    and called again ends in the same bits as one that is not.

    Parameters
    ----------
    trainer : SupervisedTrainer
        The network with its optimiser.
    train, validation : BatchSource
        Both with training weights of mean 1; without a validation part the last epoch is kept.
    training : Training
        Of the recipe.
    checkpoint : CheckpointFile
        Read once, written after each epoch.
    on_epoch : callable
        Called after each epoch, once its checkpoint is safe; also for epochs that a checkpoint brings.

    Raises
    ------
    RunError
        The loss is not a number, or the checkpoint belongs to another fit.
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
        with trainer.averaged():
            if validation is not None:
                figures["validation_loss"] = _validation_loss(trainer, validation, batch_size=training.batch_size)
            epoch = Epoch(len(progress.history), figures)
            _check_finite(epoch, training)
            if progress.record(epoch, training):
                best = [v.numpy() for v in trainer.weights]
        checkpoint.write(Checkpoint(progress, [v.numpy() for v in variables], best))
        on_epoch(epoch)
    _assign(trainer.weights, best)
    return progress.history


def _epoch(
    trainer: SupervisedTrainer, train: BatchSource, *, training: Training, progress: Progress
) -> dict[str, float]:
    """Pass over the training part once; return the epoch's figures."""
    index = len(progress.history)
    steps = math.ceil(train.n_rows / training.batch_size)
    total, rate = 0.0, 0.0
    for number, batch in enumerate(in_batches(read_ahead(train.shuffled(index)), training.batch_size)):
        rate = learning_rate(
            training.schedule,
            peak=training.optimiser.learning_rate,
            step=index * steps + number,
            steps_per_epoch=steps,
            epochs=training.epochs,
            reductions=progress.reductions,
        )
        total += trainer.train(batch, learning_rate=rate)
    return {"loss": total / train.n_rows, "learning_rate": rate}


def _validation_loss(trainer: SupervisedTrainer, validation: BatchSource, *, batch_size: int) -> float:
    """Return Σ w·l / n: the training loss's reduction."""
    batches = in_batches(read_ahead(validation.ordered()), 4 * batch_size)
    return sum(trainer.loss_sum(batch) for batch in batches) / validation.n_rows


def _check_finite(epoch: Epoch, training: Training) -> None:
    for name in ("loss", "validation_loss"):
        if not math.isfinite(epoch.figures.get(name, 0.0)):
            rate = training.optimiser.learning_rate
            msg = (
                f"the {name.replace('_', ' ')} of epoch {epoch.index} is {epoch.figures[name]}: lower "
                f"training.optimiser.learning_rate ({rate}), set training.optimiser.clip_norm, or look for inf in the "
                "inputs and weights"
            )
            raise RunError(msg)


def _assign(variables: list[Any], values: list[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)

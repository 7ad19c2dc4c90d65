"""An estimator over a Keras model; what differs between networks is the backbone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from hepml.contracts import (
    BatchSource,
    Epoch,
    Estimator,
    Exportable,
    FitPlan,
    ModelSpec,
    Normalisation,
    StartPlan,
    Transferable,
)
from hepml.errors import RunError
from hepml.estimators.checkpoint import CheckpointFile, fingerprint
from hepml.estimators.fit_loop import run_fit, validation_figures
from hepml.estimators.inputs import check_inputs, check_parts
from hepml.estimators.network_start import NetworkStart, start_network
from hepml.estimators.optimiser import build_optimiser
from hepml.networks.backbone import Backbone, standardise_name
from hepml.networks.fixed_batches import FixedBatches
from hepml.networks.heads import LOSSES, set_target_scaling
from hepml.networks.model_file import load_model, save_model
from hepml.networks.network_model import build_model, enable_augmentation, set_normalisation
from hepml.networks.onnx_graph import network_as_onnx
from hepml.networks.predictor import network_in_batches
from hepml.networks.supervised import SupervisedTrainer
from hepml.networks.target_scaling import target_scaling
from hepml.networks.transfer import rescale_heads
from hepml.recipe import Training

_FILE = "model.keras"


class Network(Transferable, Exportable):
    """A Keras model behind the estimator's interface.

    Parameters
    ----------
    spec : ModelSpec
        Validated; its options are those of the backbone.
    model : keras.Model, optional
        A trained one; default: a new one from the spec's seed.
    """

    Options: ClassVar[type[BaseModel]]
    backbone: ClassVar[Backbone]
    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "regression", "multitask"})
    losses: ClassVar[frozenset[str]] = frozenset(LOSSES)
    negative_weights: ClassVar[bool] = True
    onnx_packages: ClassVar[tuple[str, ...]] = ("onnx", "tf2onnx")

    def __init__(self, spec: ModelSpec, model: Any = None) -> None:
        self.spec = spec
        self.model = build_model(spec, self.backbone) if model is None else model
        self._batches: FixedBatches | None = None
        self._start: NetworkStart | None = None

    @property
    def n_parameters(self) -> int:
        """Number of trained weights."""
        return sum(int(np.prod(v.shape)) for v in self.model.trainable_variables)

    def start_from(self, other: Estimator, plan: StartPlan) -> tuple[str, ...]:
        """Take the backbone of another network over; return the outputs whose heads are kept.

        Raises
        ------
        RunError
            The two are not built alike; names the first layer that differs.
        """
        if not isinstance(other, Network):
            msg = f"a network starts from a network, and the other model is {type(other).__name__}"
            raise RunError(msg)
        self._start = start_network(self.spec, self.model, other.spec, other.model, plan)
        return self._start.kept_heads

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit epoch by epoch, resuming where a checkpoint of the same fit lies, and keep the best or last weights.

        Raises
        ------
        DatasetError
            An empty part, or examples without what the task needs.
        RunError
            The loss is not a number, or the checkpoint belongs to another fit.
        """
        import tensorflow as tf

        training = Training.model_validate(plan.training.model_dump())
        check_parts(train, validation)
        # The same bits for the same seed, whatever else the threads are busy with.  It holds for the whole process, and
        # makes random operations of others fail that have no seed: so they get one.
        tf.config.experimental.enable_op_determinism()
        tf.random.set_seed(self.spec.seed)
        start = self._start
        if start is None or not start.plan.keep_normalisation:
            self.normalise(train)
        scaling = target_scaling(self.spec.task, train)
        if start is not None:
            rescale_heads(self.model, self.spec.task, start.kept_heads, scaling)
        set_target_scaling(self.model, scaling)
        enable_augmentation(self.model, enabled=training.augment)
        trainer = SupervisedTrainer(
            self.model,
            self.spec.task,
            build_optimiser(training.optimiser),
            batch_size=min(training.batch_size, train.n_rows),
            weight_average=getattr(self.spec.options, "weight_average", 0.0),
            scaling=scaling,
            slow=start.slow if start else None,
        )
        history = run_fit(
            trainer,
            train,
            None
            if validation is None
            else partial(validation_figures, trainer, validation, batch_size=training.batch_size),
            training=training,
            checkpoint=CheckpointFile(
                plan.checkpoint,
                fingerprint(self.spec, training, train, validation, start=start.fingerprint if start else None),
            ),
            on_epoch=plan.on_epoch,
        )
        self._batches = None
        return history

    def normalise(self, train: BatchSource) -> None:
        """Put constants of the training part into the model, before the first step.

        Raises
        ------
        DatasetError
            An input that is to be normalised has no moments.
        """
        set_normalisation(self.model, self.spec, self.backbone, train.moments)

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return each output, shape (n, …), in batches of a fixed size.

        Raises
        ------
        RunError
            The inputs are not those it was built for.
        """
        n = check_inputs(inputs, self.spec.arrays)
        if self._batches is None:
            self._batches = network_in_batches(self.model)
        return self._batches.predict(inputs, n=n)

    def save(self, folder: Path) -> None:
        """Write ``model.keras``."""
        save_model(self.model, folder / _FILE)

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read ``model.keras`` in safe mode.

        Raises
        ------
        RunError
            The file is missing, damaged, holds foreign code, or is a network of other inputs or outputs.
        """
        loaded = load_model(folder / _FILE)
        found = (
            {n: tuple(x.shape[1:]) for n, x in loaded.input.items()},
            {n: tuple(x.shape[1:]) for n, x in loaded.output.items()},
        )
        wanted = ({n: a.shape for n, a in model.arrays.items()}, {o.name: o.shape for o in model.task.outputs})
        if found != wanted:
            msg = (
                f"{folder / _FILE}: the network maps {found[0]} to {found[1]} and the run says {wanted[0]} to "
                f"{wanted[1]}: files of different runs are mixed; train again"
            )
            raise RunError(msg)
        return cls(model, loaded)

    def as_onnx(self) -> Any:
        """Return the ``onnx.ModelProto``, with the normalisation inside."""
        return network_as_onnx(self.model)

    @property
    def typical_inputs(self) -> Mapping[str, Normalisation]:
        """What it normalises its inputs with."""
        layers = {layer.name: layer for layer in self.model.layers}
        found = {name: layers[standardise_name(name)] for name in self.spec.arrays if standardise_name(name) in layers}
        return {
            name: Normalisation(np.asarray(layer.offset.numpy()), np.asarray(layer.scale.numpy()))
            for name, layer in found.items()
        }

"""What networks that generate showers share: energies first, then cells, in blocks of one size."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, Epoch, FitPlan, Generative, ModelSpec
from hepml.errors import RunError
from hepml.estimators.checkpoint import CheckpointFile, fingerprint
from hepml.estimators.fit_loop import Judge, Trainer, run_fit
from hepml.estimators.generated_blocks import made_in_blocks
from hepml.estimators.generator_file import assign_weights, read_generator, write_generator
from hepml.estimators.inputs import check_parts
from hepml.estimators.shower_baseline import read_showers
from hepml.estimators.shower_features import ShowerConstants, ShowerFeatures, layer_ends
from hepml.estimators.shower_inputs import shower_inputs
from hepml.estimators.shower_survey import survey_showers
from hepml.networks.conditional_mixtures import ConditionalMixtures
from hepml.networks.fixed_batches import batch_rows
from hepml.networks.generator_trainer import normal_numbers
from hepml.networks.layer_energies import scaled_to_layers
from hepml.networks.seeds import SeedStream
from hepml.recipe import Training

_SURVEYED = 50_000
_NUMBERS_PER_CELL = 8
"""Bounds the memory of a block, together with the bytes of a batch."""

Arrays = Mapping[str, NDArray[Any]]


class ShowerTrainer(Trainer, Protocol):
    """A trainer that may know losses of the validation part."""

    def validation_figures(self, arrays: Arrays) -> dict[str, float]:
        """Return figures of showers that the training does not use, of the network as it is."""


class ShowerNetwork(Generative):
    """A generator of showers in two steps.

    The total energy and its division among the layers are drawn from a density under the conditions that is fitted by
    maximum likelihood (`ConditionalMixtures` of `EnergySteps`), so that response, resolution and layers do not depend
    on how well cells are learnt.  Then a network makes the cells of all layers, given these energies, and its cells are
    scaled to them.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"generation"})
    roles: ClassVar[frozenset[str]] = frozenset({"image", "map", "table"})
    losses: ClassVar[frozenset[str]] = frozenset()
    several_outputs: ClassVar[bool] = False
    negative_weights: ClassVar[bool] = False
    watched: ClassVar[str] = "shape_separation"

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.inputs = spec, shower_inputs(spec)
        self.features: ShowerFeatures | None = None
        self.n_train = 1
        self._ends = layer_ends(self.inputs)

    @abstractmethod
    def build_cells(self, features: ShowerFeatures, seeds: SeedStream) -> list[Any]:
        """Make the network of the cells, and return its weights: those that `make_cells` needs."""

    @property
    @abstractmethod
    def n_latents(self) -> int:
        """Standard normal numbers of each shower that `make_cells` takes."""

    @abstractmethod
    def make_cells(
        self, latent: NDArray[np.float32], given: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return ln(energy / least energy) of all cells, shape (n, n_cells), 0 where one is empty.

        Parameters
        ----------
        latent : array of float32, shape (n, n_latents)
            Standard normal numbers.
        given : array of float32
            Conditions and layers, see `ShowerFeatures.layers`.
        rng : numpy.random.Generator
            For what else is random.
        """

    @abstractmethod
    def build_trainer(self, training: Training, *, batch_size: int) -> ShowerTrainer:
        """Return what makes the steps of the training."""

    @property
    def n_parameters(self) -> int:
        """Number of trained weights; 0 before the fit."""
        return sum(int(np.prod(variable.shape)) for variable in self.weights) if self.features else 0

    @property
    def starts(self) -> NDArray[np.int64]:
        """The number of the first cell of each layer."""
        return np.concatenate([[0], self._ends[:-1]])

    def build(self, constants: ShowerConstants) -> None:
        """Make the networks around the constants of a training part."""
        seeds = SeedStream(self.spec.seed)
        self.features = ShowerFeatures(self.inputs, constants)
        options: Any = self.spec.options
        self.energies = ConditionalMixtures(
            self.features.n_conditions,
            len(self._ends),
            components=options.energy_components,
            width=options.energy_width,
            seeds=seeds,
        )
        self.weights = [*self.energies.variables, *self.build_cells(self.features, seeds)]

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit epoch by epoch, resuming where a checkpoint of the same fit lies, and keep the best or last weights.

        Raises
        ------
        DatasetError
            An empty part, or Σw is not positive.
        RunError
            A figure is not a number, or the checkpoint belongs to another fit.
        """
        import tensorflow as tf

        training = Training.model_validate(plan.training.model_dump())
        check_parts(train, validation)
        tf.config.experimental.enable_op_determinism()  # the same bits for the same seed, as for every network
        tf.random.set_seed(self.spec.seed)
        names = list(self.spec.arrays)
        self.n_train = train.n_rows
        self.build(survey_showers(self.inputs, read_showers(train, names, most=_SURVEYED, seed=self.spec.seed)))
        trainer = self.build_trainer(training, batch_size=min(training.batch_size, train.n_rows))
        return run_fit(
            trainer,
            train,
            self._judge(trainer, validation),
            training=training,
            checkpoint=CheckpointFile(plan.checkpoint, fingerprint(self.spec, training, train, validation)),
            on_epoch=plan.on_epoch,
            watched=self.watched,
        )

    def predict(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:  # noqa: ARG002
        """Return no output: there is nothing to predict."""
        return {}

    def generate(self, conditions: Arrays, *, seed: int | Sequence[int]) -> dict[str, NDArray[np.float32]]:
        """Return showers under conditions, the same ones for the same rows whatever comes behind them.

        Raises
        ------
        RunError
            Not fitted, or conditions that are not those of the training.
        """
        return self.make(conditions, None, seed)

    def make(
        self, conditions: Arrays, places: NDArray[Any] | None, seed: int | Sequence[int]
    ) -> dict[str, NDArray[np.float32]]:
        """Return showers at places of the space of standard normal numbers: first of energies, then of cells.

        Without `places` they are drawn.  A block of rows has random numbers of its own, from the seed and its number.
        """
        n, features = self.inputs.check(conditions), self.fitted()
        given = {name: conditions[name] for name in self.inputs.conditions}
        size = batch_rows([(int(self._ends[-1]) * _NUMBERS_PER_CELL,)])
        cells = made_in_blocks(self._block, given, places, seed, n=n, size=size)
        return features.arrays(cells, self.inputs.energy_gev(conditions))

    def fitted(self) -> ShowerFeatures:
        """Return the numbers of showers.

        Raises
        ------
        RunError
            Not fitted.
        """
        if self.features is None:
            msg = f"this {self.spec.estimator} is not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        return self.features

    def save(self, folder: Path) -> None:
        """Write the constants and weights as arrays: no objects."""
        write_generator(folder, self.fitted().constants, self.weights)

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read the arrays; objects are not allowed.

        Raises
        ------
        RunError
            The file is missing or damaged, or of other showers.
        """
        made = cls(model)
        constants, weights = read_generator(folder)
        made.build(constants)
        assign_weights(made.weights, weights, folder)
        return made

    def _judge(self, trainer: ShowerTrainer, validation: BatchSource | None) -> Judge | None:
        """Return what gives the figures of the validation part, of which as many showers are read as options say."""
        if validation is None:
            return None
        from hepml.estimators.shower_judge import ShowerJudge  # with scikit-learn: not for checking a recipe

        most = int(self.spec.options.judged_showers)  # type: ignore[attr-defined]
        showers = read_showers(validation, list(self.spec.arrays), most=most, seed=self.spec.seed)
        judge = ShowerJudge(self.inputs, showers, seed=self.spec.seed)
        generate = partial(self.generate, seed=[self.spec.seed, 0])
        return lambda: {**trainer.validation_figures(showers), **judge.figures(generate)}

    def _block(self, conditions: Arrays, places: NDArray[np.float32] | None, seed: list[int]) -> NDArray[np.float32]:
        """Return the cells of one block in GeV."""
        features, n_layers = self.fitted(), len(self._ends)
        known, energy = features.conditions(conditions), self.inputs.energy_gev(conditions)
        if places is None:
            places = normal_numbers(np.random.default_rng([*seed, 0]), (len(energy), n_layers + self.n_latents))
        steps = self.energies.from_normal(known, places[:, :n_layers])
        layers = features.constants.steps.to_layers(energy, steps)
        given = features.layers(known, layers)
        x = self.make_cells(places[:, n_layers:], given, np.random.default_rng([*seed, 1]))
        return scaled_to_layers(x, layers, least_gev=float(features.constants.least_gev), starts=self.starts)

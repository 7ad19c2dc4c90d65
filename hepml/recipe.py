"""The recipe: what to read, how to split and weight it, what to train and how to judge it.

The structure is validated here, at once; the options of a processor, a task or an estimator are validated by that
thing's own `Options` when it is looked up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml

from hepml.errors import RecipeError, nearest
from hepml.options import Options, validate_options

N_BUCKETS = 100

Name = Annotated[str, pydantic.Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=64)]
"""A name that becomes part of file names and column names."""


Files = Annotated[
    list[str],
    pydantic.WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    ),
]
"""One file or several; what is written as a string becomes a list."""


class Input(Options):
    """One input: files of one process."""

    files: Files = pydantic.Field(min_length=1, description="Files, globs or root:// URLs; relative to where you run")
    tree: str = "Events"
    label: Name | None = pydantic.Field(
        None, description="Class of all its examples, unless the processor makes a label"
    )
    cross_section: float | None = pydantic.Field(
        None, gt=0, description="In pb; weights become cross_section × luminosity / Σw"
    )
    weight: float = pydantic.Field(1.0, description="A factor on every weight of this input")

    @pydantic.field_validator("files", mode="before")
    @classmethod
    def _one_file(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class ProcessorFile(Options):
    """The processor file and its options."""

    file: str = pydantic.Field(description="Path of the processor file, relative to the recipe")
    options: dict[str, Any] = {}


class Resources(Options):
    """What one job or worker on a cluster asks for; what is not said here is as the site file says."""

    cpus: int | None = pydantic.Field(None, ge=1)
    memory_mb: int | None = pydantic.Field(None, ge=64)
    disk_mb: int | None = pydantic.Field(None, ge=1)


class Process(Options):
    """How ROOT files are read."""

    chunk_size: int = pydantic.Field(100_000, gt=0, description="Entries in one piece of work (a target)")
    bad_input: Literal["stop", "skip"] = pydantic.Field(
        "stop", description="skip: account for what cannot be read and go on"
    )
    nonfinite: Literal["stop", "drop"] = pydantic.Field(
        "stop", description="drop: leave out, and count, examples with NaN or inf"
    )
    retries: int = pydantic.Field(
        2, ge=0, description="How often a chunk is tried again after an I/O error or a lost worker"
    )
    resources: Resources = pydantic.Field(Resources(), description="On a cluster")


Range = tuple[Annotated[int, pydantic.Field(ge=0, lt=N_BUCKETS)], Annotated[int, pydantic.Field(ge=0, lt=N_BUCKETS)]]


class Split(Options):
    """Buckets (0 to 99) to parts, or to folds."""

    parts: dict[Name, Annotated[int, pydantic.Field(gt=0, le=N_BUCKETS)] | list[Range]] = pydantic.Field(
        {"train": 60, "validation": 10, "test": 30},
        description="Per part a number of buckets (all parts: 100), or ranges of buckets [[first, last], …], inclusive",
    )
    folds: Annotated[int, pydantic.Field(ge=3, le=20)] | None = pydantic.Field(
        None, description="k folds in place of parts: each event is tested by the fold that did not see it"
    )
    validation: bool = pydantic.Field(
        True,
        description="Of folds; false: all other folds train, for a fixed number of epochs: training needs "
        "early_stopping: null and keep: last",
    )
    column: Name | None = pydantic.Field(None, description="An integer key column to use in place of the event's hash")

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Split:
        numbers = [value for value in self.parts.values() if isinstance(value, int)]
        if numbers and len(numbers) != len(self.parts):
            msg = "give every part a number of buckets or every part ranges, not both"
            raise ValueError(msg)
        if numbers and sum(numbers) != N_BUCKETS:
            msg = f"the parts take {sum(numbers)} buckets, not {N_BUCKETS}"
            raise ValueError(msg)
        taken = [
            b for value in self.parts.values() if isinstance(value, list) for lo, hi in value for b in range(lo, hi + 1)
        ]
        if len(taken) != len(set(taken)):
            msg = "the ranges of two parts overlap, or a range runs backwards"
            raise ValueError(msg)
        if not self.validation and self.folds is None:
            msg = "validation: false is for folds; of parts, leave out the one named validation"
            raise ValueError(msg)
        return self

    @property
    def has_validation(self) -> bool:
        """Whether there is a part to watch the training on."""
        return self.validation if self.folds else "validation" in self.parts


class Reweight(Options):
    """Kinematic reweighting of the training part, per class."""

    columns: dict[Name, list[float]] = pydantic.Field(min_length=1, description="Spectator → bin edges, increasing")
    to: str = pydantic.Field("flat", description="'flat', or the class whose distribution the others are matched to")

    @pydantic.field_validator("columns")
    @classmethod
    def _increasing(cls, value: dict[str, list[float]]) -> dict[str, list[float]]:
        for name, edges in value.items():
            if len(edges) < 2 or any(b <= a for a, b in pairwise(edges)):
                msg = f"edges of {name!r} must be two or more increasing numbers"
                raise ValueError(msg)
        return value


class Weights(Options):
    """From raw signed weights to the weights of training and evaluation."""

    negative: Literal["keep", "drop", "abs", "rebalance"] = pydantic.Field("keep", description="In training only")
    training: Literal["physics", "none"] = pydantic.Field(
        "physics", description="In training; none: each example counts once, with the sign of its weight"
    )
    luminosity: float | None = pydantic.Field(None, gt=0, description="In 1/pb, for inputs with a cross-section")
    balance: Literal["classes", "none"] = pydantic.Field("classes", description="In training: every class the same Σw")
    reweight: Reweight | None = None


class Task(Options):
    """What is to be learnt."""

    kind: str = "classification"
    options: dict[str, Any] = {}


class EarlyStopping(Options):
    """Stop when the validation loss has not improved."""

    patience: int = pydantic.Field(8, gt=0)
    min_delta: float = pydantic.Field(0.0, ge=0)


class Schedule(Options):
    """Learning rate over the epochs, after a linear warm-up."""

    kind: Literal["constant", "cosine", "exponential", "inverse", "plateau"] = pydantic.Field(
        "cosine", description="inverse: over 1 + decay × steps, the decay of textbooks"
    )
    warmup_epochs: int = pydantic.Field(1, ge=0)
    final_fraction: float = pydantic.Field(0.01, gt=0, le=1, description="Last learning rate over the first")
    patience: int = pydantic.Field(3, gt=0, description="plateau: epochs without improvement before the rate is halved")


class Optimiser(Options):
    """The optimiser of a network."""

    kind: Literal["adam", "adamw", "sgd", "rmsprop", "adagrad", "adadelta"] = "adamw"
    learning_rate: float = pydantic.Field(2e-3, gt=0)
    weight_decay: float = pydantic.Field(1e-4, ge=0)
    momentum: float = pydantic.Field(0.0, ge=0, lt=1, description="sgd and rmsprop only")
    nesterov: bool = pydantic.Field(False, description="sgd only: look ahead by the momentum; needs one")
    clip_norm: float | None = pydantic.Field(None, gt=0)

    @pydantic.model_validator(mode="after")
    def _momentum_is_used(self) -> Optimiser:
        if self.momentum and self.kind not in ("sgd", "rmsprop"):
            msg = f"momentum is for sgd and rmsprop, and kind is {self.kind!r}: leave it out, or choose one of these"
            raise ValueError(msg)
        if self.nesterov and not (self.kind == "sgd" and self.momentum):
            msg = "nesterov is for sgd with a momentum above 0"
            raise ValueError(msg)
        return self


class Training(Options):
    """How networks are trained; trees take what applies to them (early stopping)."""

    epochs: int = pydantic.Field(30, gt=0)
    batch_size: int = pydantic.Field(256, gt=0)
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    early_stopping: EarlyStopping | None = EarlyStopping()
    keep: Literal["best", "last"] = pydantic.Field(
        "best",
        description="Epoch (of trees: number of trees) that is kept: of the least validation loss (generators: the "
        "least separation of shape variables), or the last",
    )
    augment: bool = pydantic.Field(True, description="Apply the backbone's augmentation in training, where it has one")


class Start(Options):
    """A trained run whose backbone a network starts from."""

    run: str | None = pydantic.Field(
        None, description="Folder of that run, relative to where you run; `hepml train --from` replaces it"
    )
    freeze: Literal["none", "backbone"] = pydantic.Field("none", description="backbone: only the heads are trained")
    backbone_rate: float = pydantic.Field(
        1.0, gt=0, le=1, description="Learning rate of the backbone over that of the heads"
    )
    normalisation: Literal["kept", "new"] = pydantic.Field(
        "kept", description="Of the inputs: constants of that run, or of this training part (another calibration)"
    )
    heads: Literal["kept", "new"] = pydantic.Field(
        "kept",
        description="kept: those of outputs that both runs have, with the same classes or target; others are new",
    )

    @pydantic.model_validator(mode="after")
    def _frozen_has_no_rate(self) -> Start:
        if self.freeze == "backbone" and self.backbone_rate != 1:
            msg = f"backbone_rate is {self.backbone_rate} and freeze: backbone trains none of it: leave one out"
            raise ValueError(msg)
        return self


class Model(Options):
    """One model of the recipe."""

    estimator: str | None = pydantic.Field(
        None, description="Key of the table of estimators; default: the model's name"
    )
    inputs: list[str] = pydantic.Field(min_length=1, description="Which of the processor's inputs it reads")
    options: dict[str, Any] = {}
    task: Task | None = pydantic.Field(
        None, description="What it learns, where that is not the recipe's task: part of several outputs, another loss"
    )
    seeds: list[int] = pydantic.Field([1], min_length=1)
    training: dict[str, Any] = pydantic.Field({}, description="What differs from the recipe's training")
    start: Start | None = pydantic.Field(None, description="Networks: start from the backbone of another run")


class GeneratorLimits(Options):
    """From where on a generator fails; null: the figure is shown without a verdict."""

    response: float | None = pydantic.Field(0.03, gt=0, description="Largest deviation of the mean response in any bin")
    resolution: float | None = pydantic.Field(0.2, gt=0, description="Largest relative deviation of the resolution")
    separation: float | None = pydantic.Field(
        0.05, gt=0, description="Separation power of a shape variable, less what chance gives"
    )
    auc_shapes: float | None = pydantic.Field(
        0.85, gt=0.5, description="AUC of trees on shape variables that tell generated from full simulation"
    )
    auc_cells: float | None = pydantic.Field(None, gt=0.5, description="The same of trees on cells")
    coverage_lost: float | None = pydantic.Field(
        0.1, gt=0, description="Share of true showers without a generated one among their neighbours, above chance"
    )
    copied: float | None = pydantic.Field(
        0.02, gt=0.01, description="Share of showers nearer to the training than 99% of new ones are"
    )


class JudgedGenerator(Options):
    """How runs that generate are judged."""

    limits: GeneratorLimits = GeneratorLimits()
    showers: int = pydantic.Field(20_000, ge=100, description="Largest number of test showers that are compared")
    bins: int = pydantic.Field(30, ge=2, le=200, description="Of a shape variable, equally filled")
    energy_bins: list[float] | Annotated[int, pydantic.Field(ge=1, le=100)] = pydantic.Field(
        8, description="For response and resolution: edges in GeV, or a number of bins of equal population"
    )
    classifier_showers: int = pydantic.Field(
        5000, ge=0, description="Largest number of showers of each kind that classifiers are trained on; 0: none"
    )
    classifier_seeds: int = pydantic.Field(3, ge=1, le=20, description="Classifiers whose median AUC is quoted")
    neighbours: int = pydantic.Field(
        2000, ge=100, description="Largest number of showers whose nearest ones are looked for: coverage, copies"
    )
    displays: int = pydantic.Field(2, ge=0, le=10, description="Energies at which single showers are drawn; 0: none")

    @pydantic.field_validator("energy_bins")
    @classmethod
    def _increasing(cls, value: list[float] | int) -> list[float] | int:
        if isinstance(value, list) and (len(value) < 2 or any(b <= a for a, b in pairwise(value))):
            msg = "edges of energy_bins must be two or more increasing numbers, or give the number of bins"
            raise ValueError(msg)
        return value


class Faults(Options):
    """Where the truth about bad lumisections is, for the evaluation alone: no model sees it.

    A tree with one entry per lumisection: ``run``, ``lumi`` and for each map ``<map>_fault`` (0: good), and the
    rectangle of its cells, ``<map>_first_row``, ``_end_row``, ``_first_column``, ``_end_column`` (ends are one
    behind the last).
    """

    file: str = pydantic.Field(description="A ROOT file; relative to where you run")
    tree: str = "Truth"
    kinds: dict[int, str] = pydantic.Field({}, description="Value of <map>_fault → name of that kind of fault")


class Evaluation(Options):
    """How runs are judged."""

    signal_efficiencies: list[Annotated[float, pydantic.Field(gt=0, lt=1)]] = [0.5, 0.3]
    windows: dict[Name, dict[Name, tuple[float, float]]] = pydantic.Field(
        {}, description="Selections by name → spectator → [low, high): the main figures once more inside it"
    )
    background_shares: dict[Name, Annotated[float, pydantic.Field(ge=0)]] = pydantic.Field(
        {},
        description="Class → its share f in the discriminant ln(p_signal / Σ f p) of a signal that is named among "
        "three classes or more; default: equal shares",
    )
    sign_flips: list[Name] = pydantic.Field(
        [],
        description="Features whose signs are dealt at random, value by value, in test events: a null test of what "
        "they are worth; runs that read none of them are not asked",
    )
    permutations: int = pydantic.Field(200, ge=20, description="For p-values without a formula")
    yields: dict[Name, Annotated[float, pydantic.Field(gt=0)]] | None = pydantic.Field(
        None, description="Expected events per class, for significances; default: Σw of the class in all judged parts"
    )
    background_uncertainty_events: float = pydantic.Field(
        10.0, ge=0, description="b_r of the approximate median significance, in events"
    )
    bins: dict[Name, list[float] | Annotated[int, pydantic.Field(ge=1, le=1000)]] = pydantic.Field(
        {},
        description="Spectator → bin edges, or a number of bins of equal population, for efficiencies, sculpting and "
        "residuals in bins of it; default: four spectators",
    )
    categories: dict[Name, Annotated[dict[int, str], pydantic.Field(min_length=1)]] = pydantic.Field(
        {},
        description="Spectator that holds codes → code → name, for scores and efficiencies by category; codes without "
        "a name are 'other'",
    )
    faults: Faults | None = pydantic.Field(None, description="Reconstruction: the truth about bad lumisections")
    calibration: bool = pydantic.Field(True, description="Judge scores as probabilities, as they are and calibrated")

    @property
    def kinds_of_faults(self) -> dict[int, str]:
        """Names of kinds of faults; empty where there is no truth."""
        return self.faults.kinds if self.faults else {}

    @pydantic.field_validator("background_shares")
    @classmethod
    def _some(cls, value: dict[str, float]) -> dict[str, float]:
        if value and not sum(value.values()) > 0:
            msg = f"shares must sum to more than 0, found {value}"
            raise ValueError(msg)
        return value

    @pydantic.field_validator("bins")
    @classmethod
    def _increasing(cls, value: dict[str, list[float] | int]) -> dict[str, list[float] | int]:
        for name, bins in value.items():
            if isinstance(bins, list) and (len(bins) < 2 or any(b <= a for a, b in pairwise(bins))):
                msg = f"edges of {name!r} must be two or more increasing numbers, or give the number of bins"
                raise ValueError(msg)
        return value

    importance_events: int = pydantic.Field(
        10_000, ge=0, description="Largest number of test events for the importance of features and views; 0: none"
    )
    gallery_events: int = pydantic.Field(
        3, ge=0, le=10, description="Most confident right, and wrong, events of each class that are drawn; 0: none"
    )
    heat_maps: int = pydantic.Field(
        1, ge=0, le=10, description="Of these, events of each class with heat maps of what a run on images looks at"
    )
    importance_repeats: int = pydantic.Field(5, ge=2, le=100, description="How often each feature is permuted")
    learning_curve: list[Annotated[float, pydantic.Field(gt=0, lt=1)]] = pydantic.Field(
        [], description="Fractions of the training part that the first seed is trained on in addition"
    )
    generation: JudgedGenerator = JudgedGenerator()

    @pydantic.field_validator("learning_curve")
    @classmethod
    def _distinct(cls, value: list[float]) -> list[float]:
        if len({f"{fraction:g}" for fraction in value}) < len(value):
            msg = f"each fraction must be given once, found {value}"
            raise ValueError(msg)
        return sorted(value)


class Recipe(Options):
    """The whole recipe."""

    inputs: dict[Name, Input] = pydantic.Field(min_length=1)
    processor: ProcessorFile
    classes: list[Name] | None = pydantic.Field(None, description="Class order; default: labels in order of the inputs")
    event_key: list[Name] = pydantic.Field(["run", "lumi", "event"], min_length=1)
    process: Process = Process()
    split: Split = Split()
    weights: Weights = Weights()
    task: Task = Task()
    models: dict[Name, Model] = {}
    training: Training = Training()
    evaluation: Evaluation = Evaluation()
    seed: int = pydantic.Field(1, ge=0, description="Fixes the order of the training batches")

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names in label order; empty where no input has a label and none are listed."""
        labels = [spec.label for spec in self.inputs.values() if spec.label is not None]
        return tuple(self.classes if self.classes is not None else dict.fromkeys(labels))

    @pydantic.model_validator(mode="after")
    def _consistent(self) -> Recipe:
        names = set(self.class_names)
        for name, spec in self.inputs.items():
            if spec.label is not None and spec.label not in names:
                msg = f"inputs.{name}.label is {spec.label!r}, which is not in classes: {nearest(spec.label, names)}"
                raise ValueError(msg)
        if any(spec.cross_section for spec in self.inputs.values()) and self.weights.luminosity is None:
            msg = "an input has a cross_section but weights.luminosity is not set: give it in 1/pb"
            raise ValueError(msg)
        target = self.weights.reweight.to if self.weights.reweight else "flat"
        if target != "flat" and target not in names:
            msg = f"weights.reweight.to is {target!r}: 'flat' or a class; {nearest(target, names)}"
            raise ValueError(msg)
        return self


def load_recipe(
    path: str | Path, *, inputs: Mapping[str, Sequence[str]] | None = None, settings: Mapping[str, Any] | None = None
) -> Recipe:
    """Read and validate a recipe.

    Parameters
    ----------
    path : str or Path
        The YAML file.
    inputs : mapping of str to sequence of str, optional
        Files that replace those of an input (``--input``).
    settings : mapping of str to value, optional
        Any other value by its dotted key (``--set``); parsed YAML.

    Raises
    ------
    RecipeError
        Names the file, the key and the remedy.
    """
    source = Path(path)
    values = _read_yaml(source)
    for name, files in (inputs or {}).items():
        if name not in values.get("inputs", {}):
            msg = (
                f"{source}: --input names {name!r}, which the recipe has not: {nearest(name, values.get('inputs', {}))}"
            )
            raise RecipeError(msg)
        values["inputs"][name]["files"] = list(files)
    for key, value in (settings or {}).items():
        _refuse_unnamed(values, key.split("."))
        _set(values, key.split("."), value)
    recipe = validate_options(Recipe, values, path="", source=str(source))
    processor = Path(recipe.processor.file).expanduser()
    absolute = processor if processor.is_absolute() else (source.parent / processor).resolve()
    return recipe.model_copy(update={"processor": recipe.processor.model_copy(update={"file": str(absolute)})})


def freeze_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as plain JSON with every default filled in."""
    return recipe.model_dump(mode="json")


def thaw_recipe(values: Mapping[str, Any], *, source: str) -> Recipe:
    """Rebuild a recipe that `freeze_recipe` made."""
    return validate_options(Recipe, values, path="", source=source)


def training_of(recipe: Recipe, model: str) -> Training:
    """Return the recipe's training options with what `model` changes in them.

    Raises
    ------
    RecipeError
        An option is wrong, or needs a validation part and the split has none.
    """
    changes = recipe.models[model].training
    merged = _merge(recipe.training.model_dump(), changes)
    training = validate_options(Training, merged, path=f"models.{model}.training")
    if not recipe.split.has_validation:
        _refuse_watching(training, model)
    return training


def _refuse_watching(training: Training, model: str) -> None:
    watching = {
        "early_stopping: null": training.early_stopping is not None,
        "keep: last": training.keep == "best",
        "another schedule than plateau": training.schedule.kind == "plateau",
    }
    needed = [remedy for remedy, needs_validation in watching.items() if needs_validation]
    if needed:
        msg = (
            f"models.{model}: the split has no validation part to watch the training on: set training to "
            f"{' and '.join(needed)}, or give the split a validation part"
        )
        raise RecipeError(msg)


def task_of(recipe: Recipe, model: str) -> Task:
    """Return the recipe's task, or that of `model` where it has one of its own."""
    return recipe.models[model].task or recipe.task


def task_path(recipe: Recipe, model: str) -> str:
    """Return the dotted path of `task_of` in the recipe, for messages."""
    return "task" if recipe.models[model].task is None else f"models.{model}.task"


def recipe_schema() -> str:
    """Return the recipe's JSON schema, for editors."""
    return json.dumps(Recipe.model_json_schema(), indent=2)


def _read_yaml(source: Path) -> dict[str, Any]:
    try:
        text = source.read_text(encoding="utf-8")
    except FileNotFoundError:
        msg = f"{source}: there is no such recipe"
        raise RecipeError(msg) from None
    except (OSError, UnicodeDecodeError) as problem:
        msg = f"{source}: the recipe cannot be read ({problem})"
        raise RecipeError(msg) from None
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        msg = f"{source}: not valid YAML: {' '.join(str(problem).split())}"
        raise RecipeError(msg) from None
    if not isinstance(values, dict):
        msg = f"{source}: a recipe is a mapping with `inputs`, `processor`, …; found {type(values).__name__}"
        raise RecipeError(msg)
    return values


def _refuse_unnamed(values: Mapping[str, Any], keys: list[str]) -> None:
    """Refuse ``models.<name>.<key>`` of a model that there is not; ``models.<name>={…}`` makes one."""
    named = values.get(keys[0])
    if keys[0] in ("models", "inputs") and len(keys) > 2 and isinstance(named, dict) and keys[1] not in named:
        msg = f"--set {'.'.join(keys)}: {keys[0]} has no {keys[1]!r}: {nearest(keys[1], named)}"
        raise RecipeError(msg)


def _set(values: dict[str, Any], keys: list[str], value: Any) -> None:
    here = values
    for key in keys[:-1]:
        inside = here.setdefault(key, {})
        if not isinstance(inside, dict):
            msg = f"--set {'.'.join(keys)}: {key!r} is a value, not a mapping"
            raise RecipeError(msg)
        here = inside
    here[keys[-1]] = value


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        inner = merged.get(key)
        merged[key] = _merge(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return merged

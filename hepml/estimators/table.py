"""The table of estimators, and the one way from a recipe's words to an estimator."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from hepml.contracts import ArraySpec, Estimator, ModelSpec, TaskSpec
from hepml.errors import RecipeError, nearest
from hepml.estimators.chosen_views import chosen_views
from hepml.estimators.extras import require_extra
from hepml.options import validate_options

ESTIMATORS: Mapping[str, str] = {
    "attention": "hepml.estimators.attention:AttentionNetwork",
    "autoencoder": "hepml.estimators.map_network:MapAutoencoder",
    "bdt": "hepml.estimators.bdt:BoostedTrees",
    "beta_binomial": "hepml.estimators.beta_binomial:BetaBinomial",
    "cnn": "hepml.estimators.cnn:ConvolutionalNetwork",
    "compatible_lines": "hepml.estimators.compatible_lines_model:CompatibleLines",
    "cvn": "hepml.estimators.cvn:VisualNetwork",
    "densenet": "hepml.estimators.densenet:DenselyConnectedNetwork",
    "dnn": "hepml.estimators.dnn:DenseNetwork",
    "gan": "hepml.estimators.gan:ShowerGan",
    "isolation_forest": "hepml.estimators.isolation_forest:IsolationForestMaps",
    "likelihood": "hepml.estimators.likelihood:LikelihoodRatio",
    "line_fit": "hepml.estimators.line_fit_model:LineFit",
    "line_follower": "hepml.estimators.line_follower:LineFollower",
    "linear": "hepml.estimators.linear:LinearModel",
    "lstm": "hepml.estimators.lstm:RecurrentNetwork",
    "pca": "hepml.estimators.map_components:MapComponents",
    "pfn": "hepml.estimators.pfn:ParticleFlowNetwork",
    "resnet": "hepml.estimators.resnet:ResidualNetwork",
    "shower_parametrisation": "hepml.estimators.parametrised_showers:ParametrisedShowers",
    "shower_resampling": "hepml.estimators.resampled_showers:ResampledShowers",
    "vae": "hepml.estimators.vae:ShowerAutoencoder",
    "variational_autoencoder": "hepml.estimators.map_network:VariationalMapAutoencoder",
    "xgboost": "hepml.estimators.xgboost:XGBoostTrees",
}
"""Name → ``module:Class``; imported when it is looked up.  Each class has its own `Options`."""


def estimator_class(name: str, *, path: str = "estimator") -> type[Estimator]:
    """Import the class of an estimator; no framework comes with it.

    Raises
    ------
    RecipeError
        There is no such estimator; names the nearest.
    """
    if name not in ESTIMATORS:
        msg = f"{path}: there is no estimator {name!r}: {nearest(name, ESTIMATORS)}"
        raise RecipeError(msg)
    module, _, attribute = ESTIMATORS[name].partition(":")
    found: type[Estimator] = getattr(import_module(module), attribute)
    return found


def model_spec(
    name: str,
    options: Mapping[str, Any],
    *,
    task: TaskSpec,
    arrays: Mapping[str, ArraySpec],
    seed: int,
    path: str = "models.<name>.options",
) -> ModelSpec:
    """Validate everything that an estimator is built from; cheap, no framework is imported.

    Parameters
    ----------
    name : str
        Key of `ESTIMATORS`.
    options : mapping
        What the recipe sets.
    task : TaskSpec
        What it is to learn.
    arrays : mapping of str to ArraySpec
        The batch arrays it is to read, in order; of views only those that its options name, where they do.
    seed : int
        Of this member.
    path : str
        Dotted path of `options` in the recipe, for messages.

    Raises
    ------
    RecipeError
        Unknown estimator, option or view, a task it cannot learn, or an input it cannot read.
    MissingExtraError
        Its package is not installed.
    """
    found = estimator_class(name, path=path.removesuffix(".options"))
    checked = validate_options(found.Options, options, path=path)  # type: ignore[attr-defined]
    check_task(name, task, path=path)
    if not arrays:
        msg = f"{path}: {name!r} has no input: list one or more under `inputs`"
        raise RecipeError(msg)
    for array, spec in arrays.items():
        if spec.role not in found.roles:
            msg = (
                f"{path}: {name!r} reads {_words(found.roles)} and input {array!r} has role {spec.role!r}: "
                f"{_which('roles', spec.role, task)}"
            )
            raise RecipeError(msg)
    check_direction(name, checked, task, path=path)
    read = chosen_views(arrays, getattr(checked, "views", []), path=path)
    return ModelSpec(estimator=name, options=checked, task=task, arrays=read, seed=seed)


def check_task(name: str, task: TaskSpec, *, path: str = "models.<name>.options") -> None:
    """Refuse a task that an estimator cannot learn, and an estimator whose package is not installed.

    Raises
    ------
    RecipeError
        The kind of task, a loss, or several outputs; names who can.
    MissingExtraError
        Names the extra.
    """
    found = estimator_class(name, path=path.removesuffix(".options"))
    if task.kind not in found.tasks:
        msg = f"{path}: {name!r} cannot learn a {task.kind} task: {_which('tasks', task.kind)}"
        raise RecipeError(msg)
    for output in task.outputs:
        if output.loss not in found.losses:
            msg = f"{path}: {name!r} cannot minimise the loss {output.loss!r}: {_which('losses', output.loss)}"
            raise RecipeError(msg)
    if len(task.outputs) > 1 and not found.several_outputs:
        able = [known for known in ESTIMATORS if estimator_class(known).several_outputs]
        msg = (
            f"{path}: {name!r} learns one output and the task has {len(task.outputs)}: train it on one target, or use "
            f"{' or '.join(map(repr, able))}"
        )
        raise RecipeError(msg)
    if found.extra is not None:
        require_extra(found.extra, what=f"{path}: the estimator {name!r}")


def check_direction(name: str, options: Any, task: TaskSpec, *, path: str) -> None:
    """Refuse to predict an item by a network that has read it from the other end.

    Raises
    ------
    RecipeError
        Names the option and the remedies.
    """
    if getattr(options, "bidirectional", False) and any(o.loss_options.get("ahead", 0) for o in task.outputs):
        msg = (
            f"{path}.bidirectional: {name!r} would read the items ahead that it is to predict: leave it out, or set "
            "task.options.ahead: 0 (smoothing: what is said of an item knows all items)"
        )
        raise RecipeError(msg)


def build_estimator(
    name: str,
    options: Mapping[str, Any],
    *,
    task: TaskSpec,
    arrays: Mapping[str, ArraySpec],
    seed: int,
    path: str = "models.<name>.options",
) -> Estimator:
    """Validate as `model_spec` does and build the estimator, not fitted.

    Raises
    ------
    RecipeError
        As `model_spec`.
    """
    spec = model_spec(name, options, task=task, arrays=arrays, seed=seed, path=path)
    return estimator_class(name)(spec)  # type: ignore[call-arg]


def _which(attribute: str, wanted: str, task: TaskSpec | None = None) -> str:
    """Return the remedy: who can, of those that can learn the task where one is given."""
    able = [
        name
        for name in ESTIMATORS
        if wanted in getattr(estimator_class(name), attribute)
        and (task is None or task.kind in estimator_class(name).tasks)
    ]
    return f"use {' or '.join(repr(name) for name in able)}" if able else "no estimator can"


def _words(roles: frozenset[str]) -> str:
    return " and ".join(f"{role}s" for role in sorted(roles))

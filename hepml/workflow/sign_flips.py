"""The null test of signs: what a run loses on test events whose features have signs that are dealt at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from hepml.contracts import Batch, Metric, Predictions
from hepml.datasets import Dataset
from hepml.errors import RecipeError, nearest
from hepml.evaluation import compare_runs
from hepml.explain import features_of, signed_features, with_random_signs
from hepml.inference import LoadedRun, apply_members, average, unseen_fold
from hepml.recipe import Evaluation, Recipe
from hepml.reports.metric_rows import RANDOM_SIGNS
from hepml.representations.sequence_transform import plain_name

_P_VALUE = "_p_value"


def check_sign_flips(runs: Sequence[LoadedRun], evaluation: Evaluation) -> None:
    """Refuse a feature that no run reads.

    Raises
    ------
    RecipeError
        Names it.
    """
    known = {plain_name(feature.name) for run in runs for feature in features_of(run.info.arrays)}
    wrong = next((name for name in evaluation.sign_flips if name not in known), None)
    if wrong is not None:
        msg = f"evaluation.sign_flips: no run reads a feature {wrong!r}: {nearest(wrong, known)}"
        raise RecipeError(msg)


def sign_flip_metrics(run: LoadedRun, sample: Batch, data: Dataset, recipe: Recipe) -> list[Metric]:
    """Return the paired differences, random signs less true ones, as ``delta_<figure>_of_random_signs``.

    They are those of `compare_runs` for two runs, with their p-values as ``…_of_random_signs_p_value``; none where the
    run reads none of the features.

    Parameters
    ----------
    run : LoadedRun
        The run; the average of its members is judged.
    sample : Batch
        Events of the test part.
    data : Dataset
        Which they are from.
    recipe : Recipe
        Names the features, and gives the seed and what is compared.

    Raises
    ------
    RecipeError
        A feature has no sign.
    """
    features = signed_features(run.info.arrays, recipe.evaluation.sign_flips)
    if not features:
        return []
    inputs = {name: sample.inputs[name] for name in run.info.arrays}
    fold = unseen_fold(run.info, data.buckets(sample.row))

    def predictions(seen: Mapping[str, NDArray[Any]]) -> Predictions:
        outputs = average(run.info.task, apply_members(run, seen, fold))
        return Predictions(
            run.info.name, "test", run.info.task, outputs, sample.label, sample.weight, sample.spectators, sample.row
        )

    changed = predictions(with_random_signs(inputs, features, seed=recipe.seed))
    found = compare_runs([changed, predictions(inputs)], recipe.evaluation)
    return [replace(metric, name=_name(metric.name), against=None) for metric in found]


def _name(name: str) -> str:
    figure = name.removesuffix(_P_VALUE)
    return f"{figure}{RANDOM_SIGNS}{name[len(figure) :]}"

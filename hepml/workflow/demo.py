"""``demo``: a worked example from nothing to a report, small enough for a laptop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepml.contracts import Manifest
from hepml.contracts.report import ReportContent
from hepml.errors import RecipeError, nearest
from hepml.io.shipped import shipped_folder
from hepml.recipe import load_recipe
from hepml.workflow.progress import SILENT, Progress
from hepml.workflow.run import claim_analysis, run
from hepml.workflow.sample import sample


@dataclass(frozen=True)
class Demo:
    """A demo: the sample it makes, the recipe it runs, and what is smaller in it than in the recipe.

    Attributes
    ----------
    sample : str
        Key of the table of samples.
    events : int
        Default number of examples.
    recipe : str
        Path below ``examples/``.
    inputs : mapping of str to str
        Input of the recipe → file of the sample.
    settings : mapping of str to value
        As for ``--set``.
    """

    sample: str
    events: int
    recipe: str
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]


DEMOS: Mapping[str, Demo] = {
    "jets": Demo(
        sample="jets",
        events=8000,
        recipe="jets/recipe.yaml",
        inputs={"w": "w.root", "qcd": "qcd.root"},
        settings={
            "models.cnn.seeds": [1],
            "models.dnn.seeds": [1],
            "models.bdt.seeds": [1],
            # Few jets: a smaller network, more steps per epoch, and an average of weights over fewer of them.
            "models.cnn.options": {"filters": [8, 16, 32], "weight_average": 0.98},
            "training.epochs": 15,
            "training.batch_size": 64,
            "training.optimiser.learning_rate": 0.004,
        },
    ),
    "flavour": Demo(
        sample="flavour",
        events=12_000,
        recipe="flavour/recipe.yaml",
        inputs={flavour: f"{flavour}.root" for flavour in ("b", "c", "light")},
        settings={
            "training.epochs": 12,
            "training.batch_size": 64,  # few jets: more steps per epoch
            "evaluation.importance_events": 2000,
            "evaluation.importance_repeats": 2,
        },
    ),
    "neutrinos": Demo(
        sample="neutrinos",
        events=10_000,
        recipe="neutrinos/recipe.yaml",
        inputs={process: f"{process}.root" for process in ("numu", "nue", "nutau", "nc", "cosmic")},
        settings={
            "training.epochs": 10,
            "models.cvn.options.weight_average": 0.99,  # few steps: an average over fewer of them
            "evaluation.importance_events": 2000,
            "evaluation.importance_repeats": 2,
        },
    ),
    "tracks": Demo(
        sample="tracks",
        events=25_000,
        recipe="tracks/toy.yaml",
        inputs={"toy": "toy.root"},
        settings={
            # Few events: more steps, and smaller networks.
            "models.causal.options": {"units": 64, "dense": 64},
            "models.smoothing.options": {"units": 64, "dense": 64, "bidirectional": True},
            "training.epochs": 4,
            "training.batch_size": 32,
        },
    ),
}


def demo(
    name: str,
    output: str | Path,
    *,
    events: int | None = None,
    seed: int = 1,
    workers: int = 1,
    progress: Progress = SILENT,
) -> tuple[Manifest, ReportContent]:
    """Make the sample of a demo, and run its recipe on it.

    Raises
    ------
    RecipeError
        There is no such demo.
    HepmlError
        As `sample` and `run` do.
    """
    if name not in DEMOS:
        msg = f"there is no demo {name!r}: {nearest(name, DEMOS)}"
        raise RecipeError(msg)
    chosen, folder = DEMOS[name], claim_analysis(output)
    n_events = events or chosen.events
    files = folder / f"sample_{n_events}_seed{seed}"
    sample(chosen.sample, files, events=n_events, seed=seed, workers=workers, progress=progress)
    recipe = load_recipe(
        shipped_folder("examples") / chosen.recipe,
        inputs={key: [str(files / file)] for key, file in chosen.inputs.items()},
        settings=chosen.settings,
    )
    return run(recipe, folder, workers=workers, progress=progress)

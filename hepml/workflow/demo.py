"""``demo``: a worked example from nothing to a report, small enough for a laptop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hepml.contracts import FlagRates, Manifest
from hepml.contracts.report import ReportContent
from hepml.errors import RecipeError, nearest
from hepml.io.shipped import shipped_folder
from hepml.recipe import load_recipe
from hepml.samples.monitored_detectors import N_RUNS
from hepml.samples.table import SAMPLES
from hepml.workflow.demo_flags import FlagStep, flag_runs
from hepml.workflow.flag_results import Flagged
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
    paths : mapping of str to str
        Further settings that are files of the sample.
    flag : FlagStep, optional
        Flags of lumisections to make at the end.
    sample_options : mapping of str to value
        The sample's own options.
    """

    sample: str
    events: int
    recipe: str
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]
    paths: Mapping[str, str] = field(default_factory=dict)
    flag: FlagStep | None = None
    sample_options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DemoResult:
    """What a demo leaves.

    Attributes
    ----------
    manifest : Manifest
        Of its dataset.
    content : ReportContent
        Of its report.
    flagged : Flagged, optional
        Flags of lumisections, where the demo is about them.
    rates : tuple of FlagRates
        How they compare with the truth.
    """

    manifest: Manifest
    content: ReportContent
    flagged: Flagged | None = None
    rates: tuple[FlagRates, ...] = ()


MONITORING_MODELS = ("autoencoder", "dense", "sparse", "variational", "pca", "isolation_forest")
"""Models of the monitoring recipe that have seeds."""

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
    "showers": Demo(
        sample="showers",
        events=6000,
        recipe="showers/recipe.yaml",
        inputs={"photon": "photon.root"},
        sample_options={"particles": ["photon"], "spectrum": "log"},
        settings={
            "models.vae.seeds": [1],
            "models.gan.seeds": [1],
            "training.epochs": 8,
            "training.batch_size": 64,  # few showers: more steps per epoch, and an average over fewer of them
            "models.vae.options": {"width": 128, "stream": 64, "weight_average": 0.98},
            "models.gan.options": {"width": 128, "stream": 64, "warm_up_epochs": 4, "weight_average": 0.98},
            "evaluation.generation": {"classifier_showers": 1000, "classifier_seeds": 2, "displays": 1},
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
    "monitoring": Demo(
        sample="monitoring",
        events=5000,
        recipe="monitoring/recipe.yaml",
        inputs={"monitoring": "monitoring.root"},
        settings={f"models.{model}.seeds": [1] for model in MONITORING_MODELS}
        | {"training.epochs": 20, "training.early_stopping.patience": 6},
        paths={"processor.options.known_dead": "known_dead.json", "evaluation.faults.file": "truth.root"},
        flag=FlagStep(model="autoencoder", file="monitoring.root", runs=range(33, 41), false_alarm_rate=0.005),
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
) -> DemoResult:
    """Make the sample of a demo, and run its recipe on it.

    Raises
    ------
    RecipeError
        There is no such demo.
    HepmlError
        As `sample`, `run` and `flag` do.
    """
    if name not in DEMOS:
        msg = f"there is no demo {name!r}: {nearest(name, DEMOS)}"
        raise RecipeError(msg)
    chosen, folder = DEMOS[name], claim_analysis(output)
    files = folder / f"sample_{events or chosen.events}_seed{seed}"
    _make_sample(chosen, files, events=events, seed=seed, workers=workers, progress=progress)
    recipe = load_recipe(
        shipped_folder("examples") / chosen.recipe,
        inputs={key: [str(files / file)] for key, file in chosen.inputs.items()},
        settings={**chosen.settings, **{key: str(files / file) for key, file in chosen.paths.items()}},
    )
    manifest, content = run(recipe, folder, workers=workers, progress=progress)
    if chosen.flag is None:
        return DemoResult(manifest, content)
    flagged, rates = flag_runs(chosen.flag, folder, files=files, recipe=recipe, progress=progress)
    return DemoResult(manifest, content, flagged, rates)


def _make_sample(chosen: Demo, files: Path, *, events: int | None, seed: int, workers: int, progress: Progress) -> None:
    """Make the sample; one of fixed size gets shorter runs where fewer events are wanted."""
    if not SAMPLES[chosen.sample].fixed_size:
        n, given = events or chosen.events, chosen.sample_options
        sample(chosen.sample, files, events=n, seed=seed, workers=workers, options=given, progress=progress)
        return
    per_run = None if events is None else max(events // N_RUNS, 2)
    shorter = {} if per_run is None else {"lumisections": (max(per_run // 2, 1), per_run + per_run // 2)}
    options = {**chosen.sample_options, **shorter}
    sample(chosen.sample, files, seed=seed, workers=workers, options=options, progress=progress)

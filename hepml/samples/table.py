"""The table of samples; a sample's module is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from hepml.errors import RecipeError, nearest
from hepml.options import Options, validate_options
from hepml.samples.summary import SampleSummary, finished_sample


@dataclass(frozen=True)
class SampleEntry:
    """One sample.

    Attributes
    ----------
    builder : str
        ``"module:function"``, called as
        ``function(output, *, events, seed, workers, options, progress) -> SampleSummary``.
    options : str
        ``"module:class"`` of its options; the module is light, so that a command line can read it for its help.
    title : str
        What it is, in a line.
    fixed_size : bool
        Whether its options alone say how large it is: then no number of events is given.
    """

    builder: str
    options: str
    title: str
    fixed_size: bool = False


SAMPLES: Mapping[str, SampleEntry] = {
    "flavour": SampleEntry(
        builder="hepml.samples.flavour:sample_flavour",
        options="hepml.samples.flavour_options:FlavourSampleOptions",
        title="b, c and light jets of Pythia 8, with the impact parameters of their tracks",
    ),
    "jets": SampleEntry(
        builder="hepml.samples.jets:sample_jets",
        options="hepml.samples.jet_options:JetSampleOptions",
        title="W, QCD and top jets of Pythia 8, with their particles",
    ),
    "monitoring": SampleEntry(
        builder="hepml.samples.monitoring:sample_monitoring",
        options="hepml.samples.monitoring_options:MonitoringSampleOptions",
        title="Occupancy of muon chambers and a calorimeter by run and lumisection, with faults in the last runs",
        fixed_size=True,
    ),
    "neutrinos": SampleEntry(
        builder="hepml.samples.neutrinos:sample_neutrinos",
        options="hepml.samples.neutrino_options:NeutrinoSampleOptions",
        title="Neutrino interactions and cosmic muons in a tracking calorimeter or in liquid argon, as hits",
    ),
    "points": SampleEntry(
        builder="hepml.samples.points:sample_points",
        options="hepml.samples.points_options:PointsOptions",
        title="Points scattered around a line and a parabola",
    ),
    "showers": SampleEntry(
        builder="hepml.samples.showers:sample_showers",
        options="hepml.samples.shower_options:ShowerSampleOptions",
        title="Electromagnetic showers of electrons and photons in a calorimeter, as cells",
    ),
    "tracks": SampleEntry(
        builder="hepml.samples.tracks:sample_tracks",
        options="hepml.samples.track_options:TrackSampleOptions",
        title="Tracks as hits: straight lines in layers of pixels, or helices in a barrel tracker",
    ),
}


def sample_options(name: str) -> type[Options]:
    """Return the options class of a sample.

    Raises
    ------
    RecipeError
        There is no such sample.
    """
    return cast("type[Options]", _load(_entry(name).options))


def build_sample(
    name: str,
    output: str | Path,
    *,
    events: int | None = None,
    seed: int = 1,
    workers: int = 1,
    options: Mapping[str, Any] | None = None,
    progress: Callable[[int], object] | None = None,
) -> SampleSummary:
    """Look up a sample, validate its options and make it; a folder that holds it already is left as it is.

    Parameters
    ----------
    name : str
        Key of `SAMPLES`.
    output : str or Path
        Folder for the ROOT files.
    events : int, optional
        Accepted examples in all; not for a sample of fixed size.
    seed : int
        The same seed gives the same events, whatever the number of workers.
    workers : int
        Processes to use.
    options : mapping, optional
        Values of the sample's options.
    progress : callable, optional
        Called with the number of examples that were added.

    Raises
    ------
    RecipeError
        Unknown sample or option, values that do not fit, or a number of events too many or absent.
    MissingExtraError
        The generator is not installed.
    OutputError
        The folder cannot be written or holds something else, another sample too.
    WorkerError
        A worker process died.
    """
    entry = _entry(name)
    _check_size(name, entry, events)
    chosen = validate_options(sample_options(name), options or {}, path="sample")
    plain = chosen.model_dump(mode="json")
    found = finished_sample(output, name=name, events=events, seed=seed, options=plain)
    if found is not None:
        return found
    build = cast("Callable[..., SampleSummary]", _load(entry.builder))
    return build(output, events=events, seed=seed, workers=workers, options=chosen, progress=progress)


def _entry(name: str) -> SampleEntry:
    if name not in SAMPLES:
        msg = f"there is no sample {name!r}: {nearest(name, SAMPLES)}"
        raise RecipeError(msg)
    return SAMPLES[name]


def _check_size(name: str, entry: SampleEntry, events: int | None) -> None:
    if entry.fixed_size and events is not None:
        msg = f"events is {events}, but the sample {name!r} has a fixed size: leave it out; its options may change it"
        raise RecipeError(msg)
    if not entry.fixed_size and events is None:
        msg = f"the sample {name!r} needs a number of events: give `events`"
        raise RecipeError(msg)


def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)

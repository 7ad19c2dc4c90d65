"""The histograms of a run that statistics tools read, under names that all of them can take."""

from __future__ import annotations

import re

import hist

from hepml.contracts import Predictions
from hepml.errors import RunError
from hepml.evaluation.table import prediction_histograms

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_]")


def stored_histograms(predictions: Predictions) -> dict[str, hist.Hist]:
    """Return histograms with Σw and Σw² of one run in one part, by place: folders and a name, divided by slashes.

    Of a classification ``<run>/<part>/<class>_score/<true class>``, of a regression
    ``<run>/<part>/<output>/prediction``, ``truth`` and ``residual``.  They hold the events of the part, with their
    physics weights and no other scale.

    Raises
    ------
    RunError
        No evaluation is known for the kind of task, or two histograms would have one name.
    """
    named: dict[str, hist.Hist] = {}
    for place, histogram in prediction_histograms(predictions).items():
        name = tool_name(place)
        if name in named:
            msg = f"two histograms would have the name {name!r}: rename a class, an output or a model"
            raise RunError(msg)
        titled = histogram.copy()
        titled.name = place  # ROOT's title, where every character may stand
        named[name] = titled
    return named


def tool_name(place: str) -> str:
    """Return a place in which each folder and name is letters, digits and underscores, and no digit first.

    ROOT's folders take more, but RooFit, HistFactory and the formulas of ROOT do not.

    Examples
    --------
    >>> tool_name("my-run 2/test/w-jets_score/qcd")
    'my_run_2/test/w_jets_score/qcd'
    """
    cleaned = [_FORBIDDEN.sub("_", part) for part in place.split("/")]
    return "/".join(f"_{part}" if part[:1].isdigit() else part for part in cleaned)

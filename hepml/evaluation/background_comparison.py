"""Classifiers compared on the same events of a signal and each single background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from hepml.contracts import Metric
from hepml.evaluation.case import Case
from hepml.evaluation.delta_auc import delta_auc_of
from hepml.evaluation.discriminant import background_samples, discriminant_view
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.figures import why_no_figure
from hepml.evaluation.labelled import LabelledScores
from hepml.evaluation.log_rejection import LogEfficiency, log_efficiency, log_ratio_of_rejections
from hepml.evaluation.paired_metrics import difference_metrics, of_all_members
from hepml.evaluation.placement import Placements, place
from hepml.evaluation.ranking import rank
from hepml.recipe import Evaluation


@dataclass(frozen=True)
class _Judged:
    """One score of the events of two classes: placements, and ln ε_B at each signal efficiency."""

    placements: Placements
    log_efficiency: Mapping[float, LogEfficiency]


def compare_backgrounds(samples: Sequence[LabelledScores], case: Case, evaluation: Evaluation) -> list[Metric]:
    """Compare each pair of runs by the discriminant of the named signal against each background.

    ``delta_auc``, and ``delta_log_rejection_at_<ε_S>``, the logarithm of the ratio of the rejections (see
    `delta_log_rejection`), each with its p-value; nothing where no signal is named among three classes or more.
    """
    by_background = [background_samples(sample) for sample in samples]
    return [
        metric
        for background in by_background[0]
        for metric in _compare([of_run[background] for of_run in by_background], background, case, evaluation)
    ]


def _compare(samples: Sequence[LabelledScores], background: str, case: Case, evaluation: Evaluation) -> list[Metric]:
    """Compare each pair of runs on the events of two classes; each score is sorted once for all pairs."""
    view = replace(discriminant_view(samples[0], None, evaluation.background_shares), background=background)
    about = replace(case, class_=view.signal, background=background)
    reason = why_no_figure(view, samples[0].weight, case)
    judged = [{} if reason else _judged(sample, evaluation) for sample in samples]
    names = {
        "delta_auc": None,
        **{f"delta_log_rejection_at_{efficiency:g}": efficiency for efficiency in evaluation.signal_efficiencies},
    }
    metrics: list[Metric] = []
    for one, other in combinations(range(len(samples)), 2):
        pair = replace(about, run=samples[one].run, against=samples[other].run)
        for name, efficiency in names.items():
            if reason is not None:
                metrics += difference_metrics(name, undefined(reason), pair)
            else:
                difference = partial(_difference, efficiency, judged[one], judged[other])
                metrics += of_all_members(name, difference, judged[one], judged[other], pair)
    return metrics


def _judged(sample: LabelledScores, evaluation: Evaluation) -> dict[str | None, _Judged]:
    """Return what is known of each member."""
    found = {}
    for member in sample.scores:
        view = discriminant_view(sample, member, evaluation.background_shares)
        ranked = rank(view.truth, view.score, sample_weight=sample.weight)
        logs = {efficiency: log_efficiency(ranked, efficiency) for efficiency in evaluation.signal_efficiencies}
        found[member] = _Judged(place(ranked), logs)
    return found


def _difference(
    efficiency: float | None,
    one: Mapping[str | None, _Judged],
    other: Mapping[str | None, _Judged],
    mine: str | None,
    theirs: str | None,
) -> Estimate:
    """Return the difference of AUCs, or that of ln(1/ε_B) at a signal efficiency."""
    if efficiency is None:
        return delta_auc_of(one[mine].placements, other[theirs].placements).estimate
    return log_ratio_of_rejections(one[mine].log_efficiency[efficiency], other[theirs].log_efficiency[efficiency])

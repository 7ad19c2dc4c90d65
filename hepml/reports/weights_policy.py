"""What was done to the weights, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hepml.contracts.report import RunSummary

_NEGATIVE = {
    "keep": "negative weights are kept as they are",
    "drop": "examples with a negative weight are left out",
    "abs": "negative weights count with their size",
    "rebalance": "examples with a negative weight are left out and the rest of the class is scaled to its Σw",
}
_BALANCE = {"classes": "every class has the same Σw", "none": "classes keep their Σw"}


def weights_in_words(runs: Sequence[RunSummary]) -> list[str]:
    """Return sentences about the weights of evaluation, and of each run's training."""
    policies: dict[str, list[str]] = {}
    for run in runs:
        if "weights" in run.recipe:
            policies.setdefault(_training(run.recipe["weights"]), []).append(run.name)
    sentences = ["Evaluation uses the physics weights with their sign."]
    sentences += [f"Training of {', '.join(names)}: {text}." for text, names in policies.items()]
    luminosities = {run.recipe.get("weights", {}).get("luminosity") for run in runs} - {None}
    sentences += [f"Inputs with a cross-section are scaled to {value:g}/pb." for value in sorted(luminosities)]
    return sentences


def _training(weights: Mapping[str, Any]) -> str:
    negative, balance = str(weights.get("negative", "keep")), str(weights.get("balance", "classes"))
    begin = "each example counts once; " if weights.get("training") == "none" else ""
    text = f"{begin}{_NEGATIVE.get(negative, negative)}; {_BALANCE.get(balance, balance)}"
    reweight = weights.get("reweight")
    if reweight:
        columns = ", ".join(map(str, reweight.get("columns", {})))
        target = reweight.get("to", "flat")
        text += f"; reweighted in {columns} to " + ("a flat distribution" if target == "flat" else f"that of {target}")
    return text

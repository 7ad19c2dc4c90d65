"""Variables that take smaller steps than the others, whatever the optimiser is."""

from __future__ import annotations

from typing import Any

from hepml.networks.keras_import import import_keras


class SlowVariables:
    """Trained variables whose steps are `rate` times those of the optimiser.

    The step itself is scaled, not the gradient: Adam and its kin divide by the gradient's size, and a factor on it has
    no effect on them.  So `rate` is a factor on the learning rate, weight decay included, for each of our optimisers.
    """

    def __init__(self, variables: list[Any], *, rate: float) -> None:
        self._variables, self._rate = ([] if rate == 1 else variables), rate

    def values(self) -> list[Any]:
        """Return copies of the values, to be taken before a step.  Part of the compiled training step."""
        ops = import_keras().ops
        return [ops.copy(variable) for variable in self._variables]

    def hold_back(self, before: list[Any]) -> None:
        """Take back what the step did beyond `rate` of it."""
        for variable, old in zip(self._variables, before, strict=True):
            variable.assign(old + self._rate * (variable - old))

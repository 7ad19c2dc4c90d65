"""Examples that a run makes, block by block, as the branches of an ntuple."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import Generated, Generative, Reversible, batch_name
from hepml.errors import HepmlError, ProcessorError, RunError, nearest
from hepml.inference import LoadedRun
from hepml.io.root_writer import Column
from hepml.processing import ProcessorModule
from hepml.workflow.given_conditions import GivenConditions, as_arrays, condition_tables

_MOST_ROWS, _MOST_VALUES = 1000, 2**22
RUN_NUMBER = 1000
"""Run number of the examples of seed 0; that of another seed is higher by the seed."""


@dataclass(frozen=True)
class GeneratedBlocks:
    """All that examples depend on; they are made in blocks, each with a seed of its own.

    Attributes
    ----------
    run : LoadedRun
        The run.
    model : Generative
        Its member that makes them.
    module : ProcessorModule
        Turns them into branches, with `options`.
    conditions : GivenConditions
        What they are made under.
    seed : int
        Of all blocks.
    """

    run: LoadedRun
    model: Generative
    module: ProcessorModule
    options: pydantic.BaseModel
    conditions: GivenConditions
    seed: int

    @property
    def block_rows(self) -> int:
        """Examples of a block: part of what fixes them, and what memory there has to be for."""
        given = set(self.run.info.task.conditions)
        made = [math.prod(spec.shape) for name, spec in self.run.info.arrays.items() if name not in given]
        return max(1, min(_MOST_ROWS, _MOST_VALUES // max(sum(made), 1)))

    def __call__(self, events: int) -> Iterator[dict[str, Column]]:
        """Yield the branches of each block; fewer events are the first of more, block by block.

        Raises
        ------
        RunError
            The model makes numbers that are not finite.
        ProcessorError
            The processor file cannot turn them into branches.
        """
        for index, first in enumerate(range(0, events, self.block_rows)):
            yield self._branches(index, first, min(self.block_rows, events - first))

    def _branches(self, index: int, first: int, n: int) -> dict[str, Column]:
        tables = condition_tables(self.run)
        columns = self.conditions.draw(first, n, np.random.default_rng([self.seed, index, 0]))
        made = self.model.generate(as_arrays(tables, columns), seed=[self.seed, index, 1])
        inputs = {name: self._columns(name, made) for name in self.run.representations if name not in tables}
        given = {
            name: ak.zip({each: columns[each] for each in table.columns}, depth_limit=1)
            for name, table in tables.items()
        }
        key: dict[str, NDArray[Any]] = {
            "run": np.full(n, RUN_NUMBER + self.seed, np.int32),
            "lumi": np.full(n, index + 1, np.uint32),
            "event": np.arange(first + 1, first + n + 1, dtype=np.int64),
        }
        return self._as_branches(Generated({**inputs, **given}, key))

    def _columns(self, name: str, made: Mapping[str, NDArray[Any]]) -> ak.Array:
        representation = self.run.representations[name]
        assert isinstance(representation, Reversible)  # seen before the first block
        dense = {suffix: made[batch_name(name, suffix)] for suffix in representation.arrays}
        if not all(np.isfinite(values).all() for values in dense.values()):
            msg = f"{self.run.folder}: the model makes {name} with NaN or infinity: its training diverged; train again"
            raise RunError(msg)
        return representation.columns_of(dense)

    def _as_branches(self, generated: Generated) -> dict[str, Column]:
        assert self.module.ntuple is not None  # seen before the first block
        try:
            return _collections(self.module.ntuple(generated, self.options))
        except HepmlError:
            raise
        except Exception as problem:  # a user's function may raise anything
            reason = " ".join(str(problem).split())
            msg = f"{self.module.path}: ntuple failed with {type(problem).__name__}: {reason}"
            raise ProcessorError(msg) from problem


def check_generates(run: LoadedRun, module: ProcessorModule, member: str | None) -> Generative:
    """Return the member that makes examples; default: the first.

    Raises
    ------
    RunError
        The run does not generate, has no such member, or makes what cannot be turned back into columns.
    ProcessorError
        The processor file has no way back to branches.
    """
    if run.info.task.kind != "generation":
        msg = f"{run.folder}: the run has learnt a {run.info.task.kind} task and generates nothing: train one that does"
        raise RunError(msg)
    if member is not None and member not in run.models:
        msg = f"{run.folder}: the run has no member {member!r}: {nearest(member, run.models)}"
        raise RunError(msg)
    model = run.models[member or next(iter(run.models))]
    if not isinstance(model, Generative):
        msg = f"{run.folder}: {run.info.estimator!r} cannot generate here: load the run with its own backend"
        raise RunError(msg)
    conditions = condition_tables(run)
    fixed = [n for n, each in run.representations.items() if n not in conditions and not isinstance(each, Reversible)]
    if fixed:
        msg = f"{run.folder}: the run makes {fixed}, whose representation has no way back to columns: generate showers"
        raise RunError(msg)
    if module.ntuple is None:
        msg = (
            f"{module.path}: to write what a model makes, a processor file defines `ntuple(generated, options)`, the "
            "branches that `examples` reads: see processors/showers.py"
        )
        raise ProcessorError(msg)
    return model


def _collections(branches: Mapping[str, Column]) -> dict[str, Column]:
    """Return branches in which lists of equal lengths that share their first word are one collection, with one counter.

    Examples
    --------
    >>> lists = {f"cell_{name}": ak.Array([[1, 2], [3]]) for name in ("row", "energy")}
    >>> found = _collections({"event": np.arange(2), **lists})
    >>> list(found), found["cell"].fields
    (['event', 'cell'], ['row', 'energy'])
    """
    found: dict[str, Column] = {}
    groups: dict[str, dict[str, Column]] = {}
    for name, values in branches.items():
        first, _, field = name.partition("_")
        if isinstance(values, ak.Array) and values.ndim == 2 and field and not values.fields:
            groups.setdefault(first, {})[field] = values
            found.setdefault(first, values)
        else:
            found[name] = values
    for first, fields in groups.items():
        found[first] = ak.zip(fields)
    return found

"""Likelihood ratio of binned distributions: the tagger that a network on tracks has to beat."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import Batch, BatchSource, Epoch, Estimator, FitPlan, ModelSpec
from hepml.errors import RunError
from hepml.estimators.inputs import check_inputs, check_parts
from hepml.estimators.template_sums import TemplateSums, sampled_edges
from hepml.estimators.templates import Group, Template, bin_numbers, groups_of, items_of
from hepml.estimators.tree_data import class_index, require_classes
from hepml.io.folder import write_bytes_atomic
from hepml.networks.targets import targets_of
from hepml.options import Options

_FILE = "templates.npz"


class LikelihoodOptions(Options):
    """Options of the likelihood ratio."""

    groups: list[list[str]] = pydantic.Field(
        [], description="Features, by name, whose joint distribution is filled; default: each by itself"
    )
    bins: int = pydantic.Field(30, ge=2, le=1000, description="Of equal population, for each feature of a group")
    smoothing: float = pydantic.Field(
        10.0, ge=0, description="Items in the shape of the average of all classes that are added to each class"
    )


class LikelihoodRatio(Estimator):
    """A product of binned likelihoods over groups of features, and of a sequence over its items.

    Items and groups are taken as independent: P(class) ∝ prior · Π p(group of an item | class).  With the group of the
    significances of both impact parameters it is ATLAS's IP3D (arXiv:1512.01094), without its categories of hits.  The
    prior is the class's share of the training weights.  Negative weights are used as they are.  It depends on no seed.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    templates : tuple of Template, optional
        Fitted, one for each group.
    log_prior : array, shape (n_classes,), optional
        Fitted.

    Raises
    ------
    RecipeError
        A group names what is no feature.
    """

    Options: ClassVar[type[LikelihoodOptions]] = LikelihoodOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    losses: ClassVar[frozenset[str]] = frozenset({"binary_crossentropy", "categorical_crossentropy"})
    roles: ClassVar[frozenset[str]] = frozenset({"table", "sequence", "mask"})
    negative_weights: ClassVar[bool] = True

    def __init__(
        self,
        spec: ModelSpec,
        templates: tuple[Template, ...] | None = None,
        log_prior: NDArray[np.float64] | None = None,
    ) -> None:
        self.spec = spec
        self._templates, self._log_prior = templates, log_prior
        self._groups = groups_of(spec.arrays, self._options.groups, path="models.<name>.options")

    @property
    def n_parameters(self) -> int:
        """Number of bins of all templates; 0 before the fit."""
        return sum(template.log_density.size for template in self._templates or ())

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fill, in two passes: one for the edges, one for the contents; the history has one `Epoch`.

        Raises
        ------
        DatasetError
            An empty part, or one class only.
        """
        check_parts(train, validation)
        self._templates, self._log_prior = self._filled(train)
        parts = {"loss": train} | ({} if validation is None else {"validation_loss": validation})
        history = [Epoch(0, {name: self._loss(part) for name, part in parts.items()})]
        plan.on_epoch(history[0])
        return history

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return P(signal), shape (n, 1), or P(class), shape (n, n_classes).

        Raises
        ------
        RunError
            Not fitted, or the inputs are not those it was built for.
        """
        output = self.spec.task.outputs[0]
        return {output.name: np.exp(self._log_probability(inputs)[:, -output.size :]).astype(np.float32)}

    def save(self, folder: Path) -> None:
        """Write ``templates.npz``: arrays of numbers."""
        templates, log_prior = self._fitted
        arrays = {"log_prior": log_prior}
        for place, template in enumerate(templates):
            arrays[f"log_density_{place}"] = template.log_density
            arrays |= {f"edges_{place}_{axis}": edges for axis, edges in enumerate(template.edges)}
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **arrays)
        write_bytes_atomic(folder / _FILE, content.getvalue())

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read ``templates.npz``, in which objects are not allowed.

        Raises
        ------
        RunError
            The file is missing, damaged, or of other inputs or outputs.
        """
        path, made = folder / _FILE, cls(model)
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                found = {name: stored[name].astype(np.float64) for name in stored.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
            msg = f"{path}: the templates cannot be loaded ({' '.join(str(problem).split())}): train again"
            raise RunError(msg) from None
        same = set(found) == _names(made._groups) and found["log_prior"].shape == (made._n_classes,)
        templates = _templates(found, made._groups) if same else ()
        if not same or any(not _fits(each, made._n_classes) for each in templates):
            msg = f"{path}: templates of other inputs or outputs: files of different runs are mixed; train again"
            raise RunError(msg)
        return cls(model, templates, found["log_prior"])

    @property
    def _options(self) -> LikelihoodOptions:
        assert isinstance(self.spec.options, LikelihoodOptions)
        return self.spec.options

    @property
    def _n_classes(self) -> int:
        return max(len(self.spec.task.classes), 2)

    @property
    def _fitted(self) -> tuple[tuple[Template, ...], NDArray[np.float64]]:
        if self._templates is None or self._log_prior is None:
            msg = "this likelihood ratio is not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        return self._templates, self._log_prior

    def _filled(self, train: BatchSource) -> tuple[tuple[Template, ...], NDArray[np.float64]]:
        arrays, options = self.spec.arrays, self._options
        edges = [sampled_edges(group, train, arrays, bins=options.bins) for group in self._groups]
        contents = [TemplateSums.empty(each, n_classes=self._n_classes) for each in edges]
        prior = np.zeros(self._n_classes)
        for batch in train.ordered():
            label = self._label(batch)
            prior += np.bincount(label, weights=batch.weight, minlength=self._n_classes)
            for group, content in zip(self._groups, contents, strict=True):
                content.add(*items_of(group, batch.inputs, arrays), label, np.asarray(batch.weight, np.float64))
        require_classes(np.flatnonzero(prior > 0), n_classes=self._n_classes)
        return tuple(content.template(smoothing=options.smoothing) for content in contents), np.log(prior / prior.sum())

    def _label(self, batch: Batch) -> NDArray[np.int64]:
        return class_index(targets_of(self.spec.task, batch)[self.spec.task.outputs[0].name])

    def _log_probability(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """Return ln P of each class, shape (n, n_classes); the signal of a binary task is the last."""
        templates, log_prior = self._fitted
        n = check_inputs(inputs, self.spec.arrays)
        total = np.tile(log_prior, (n, 1))
        for group, template in zip(self._groups, templates, strict=True):
            values, row = items_of(group, inputs, self.spec.arrays)
            place = bin_numbers(values, template.edges)
            for index, density in enumerate(template.log_density):
                total[:, index] += np.bincount(row, density[place], n)
        total -= total.max(axis=1, keepdims=True, initial=-np.inf)
        result: NDArray[np.float64] = total - np.log(np.exp(total).sum(axis=1, keepdims=True))
        return result

    def _loss(self, part: BatchSource) -> float:
        """Return the mean cross-entropy, Σ w·l / Σ w, as the other estimators do."""
        loss = total = 0.0
        for batch in part.ordered():
            found = np.take_along_axis(self._log_probability(batch.inputs), self._label(batch)[:, None], axis=1)
            loss -= float(batch.weight @ found[:, 0])
            total += float(batch.weight.sum())
        return loss / total


def _names(groups: tuple[Group, ...]) -> set[str]:
    """Return the names of the arrays in a file."""
    edges = {f"edges_{place}_{axis}" for place, group in enumerate(groups) for axis in range(len(group.columns))}
    return {"log_prior", *(f"log_density_{place}" for place in range(len(groups))), *edges}


def _templates(found: Mapping[str, NDArray[np.float64]], groups: tuple[Group, ...]) -> tuple[Template, ...]:
    return tuple(
        Template(
            tuple(found[f"edges_{place}_{axis}"] for axis in range(len(group.columns))), found[f"log_density_{place}"]
        )
        for place, group in enumerate(groups)
    )


def _fits(template: Template, n_classes: int) -> bool:
    n_bins = int(np.prod([len(edges) + 2 for edges in template.edges]))
    return template.log_density.shape == (n_classes, n_bins)

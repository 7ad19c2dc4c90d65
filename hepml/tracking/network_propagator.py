"""A network as a propagator: the next hit and its covariance from the track so far (arXiv:1810.06111)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Barrel, FittedModel, HitPrediction, Propagator, Representation, batch_name
from hepml.errors import ShapeError
from hepml.tracking.step_features import STEP_FEATURES, TrackSteps, track_steps, with_next_item

Floats = NDArray[np.float64]

_OUTPUT = "next_item"


@dataclass(frozen=True)
class NetworkStates:
    """Tracks as a network sees them: the items of all layers up to theirs.

    Attributes
    ----------
    hits : array, shape (n, layer + 1, 2)
        φ and z, NaN where there is none.
    steps : TrackSteps
        The items of those layers; of all but the last after a prediction, whose layer has no hit yet.
    """

    hits: Floats
    steps: TrackSteps

    @property
    def layer(self) -> int:
        """Index of the layer."""
        return self.hits.shape[1] - 1


class NetworkPropagator(Propagator[NetworkStates]):
    """Follows tracks with a network that was trained on `track_steps` for the task ``next_item``.

    The whole track so far is read again for each prediction, all tracks in one call.

    Parameters
    ----------
    barrel : Barrel
        The tracker.
    model : FittedModel
        Gives ``next_item``, shape (n, n_layers, 5): mean and lower triangle of the covariance of the next item's
        ``residual_rphi`` and ``residual_z``.
    representation : Representation
        The sequence that the model was trained on.
    name : str
        Name of that input.
    """

    def __init__(
        self, barrel: Barrel, model: FittedModel, representation: Representation, *, name: str = "track"
    ) -> None:
        self.barrel = barrel
        self.model = model
        self.representation = representation
        self.name = name

    def start(self, hits: Floats, layers: Sequence[int] | None = None) -> NetworkStates:
        """Return the states of tracks on the last of their seed layers, from the hits there, shape (n, n_seed, 2)."""
        chosen = list(range(hits.shape[1]) if layers is None else layers)
        first = np.full((len(hits), chosen[-1] + 1, 2), np.nan)
        first[:, chosen] = hits
        return NetworkStates(first, track_steps(first, self.barrel))

    def predict(self, state: NetworkStates) -> tuple[NetworkStates, HitPrediction]:
        """Return the states on the next layer, and where hits are expected there.

        Raises
        ------
        ShapeError
            There is no next layer.
        """
        layer = state.layer + 1
        if layer == len(self.barrel.radii_cm):
            msg = f"layer {state.layer} is the last of {layer}: predict up to it"
            raise ShapeError(msg)
        place = state.steps.place[:, -1].copy()
        error = state.steps.error_cm[:, -1] / [self.barrel.radii_cm[layer], 1.0]
        known: NDArray[np.bool_] = np.all(~np.isnan(place), axis=1)
        covariance = np.full((len(place), 2, 2), np.nan)
        off, spread = self._next_item(state.steps.features[known])
        place[known] += off * error[known]
        place[:, 0] = np.remainder(place[:, 0] + np.pi, 2 * np.pi) - np.pi
        covariance[known] = spread * error[known, :, None] * error[known, None, :]
        nowhere = np.full((len(place), 1, 2), np.nan)
        after = NetworkStates(np.concatenate([state.hits, nowhere], axis=1), state.steps)
        return after, HitPrediction(layer, place, covariance)

    def update(self, state: NetworkStates, hits: Floats) -> NetworkStates:
        """Return the states with a hit each of their layer, shape (n, 2); NaN leaves a track without one."""
        all_hits = state.hits.copy()
        all_hits[:, -1] = np.where(np.isnan(hits).any(axis=1, keepdims=True), np.nan, hits)
        return NetworkStates(all_hits, with_next_item(state.steps, all_hits, self.barrel))

    def choose(self, state: NetworkStates, rows: NDArray[Any]) -> NetworkStates:
        """Return the states of some tracks, by index or mask; a track may be there more than once."""
        return NetworkStates(state.hits[rows], TrackSteps(*(column[rows] for column in state.steps)))

    def _next_item(self, features: Floats) -> tuple[Floats, Floats]:
        """Return mean, shape (n, 2), and covariance, shape (n, 2, 2), of what follows the last of these items."""
        columns = ak.Array({name: features[:, :, place] for place, name in enumerate(STEP_FEATURES)})
        arrays = self.representation.decode(self.representation.encode(columns))
        batch = {batch_name(self.name, suffix): array for suffix, array in arrays.items()}
        output = self.model.predict(batch)[_OUTPUT][:, features.shape[1] - 1].astype(np.float64)
        rphi, both, z = output[:, 2], output[:, 3], output[:, 4]
        covariance = np.stack([np.stack([rphi, both], axis=-1), np.stack([both, z], axis=-1)], axis=-2)
        return output[:, :2], covariance

"""A recurrent network that follows a straight track through layers of pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pydantic

from hepml.contracts import ArraySpec, Moments, Normalisation
from hepml.errors import RecipeError
from hepml.networks.backbone import Backbone, standardise_name
from hepml.networks.keras_import import import_keras
from hepml.networks.normalisation import no_normalisation
from hepml.networks.seeds import SeedStream
from hepml.networks.sequence_input import Size, dense_layer
from hepml.options import Options


class LineFollowerOptions(Options):
    """Options of the network that follows a line."""

    units: Size = pydantic.Field(128, description="Of the gated recurrent unit (1406.1078), and each direction")
    bidirectional: bool = pydantic.Field(False, description="Read the layers from the last to the first as well")
    dense: Size = pydantic.Field(128, description="Of the layer between the recurrent one and the pixels")
    seed_layers: int = pydantic.Field(5, ge=2, le=100, description="First layers, to which the line is fitted")
    half_width: int = pydantic.Field(13, ge=1, le=500, description="Pixels of the window on either side of the line")
    weight_average: float = pydantic.Field(0.0, ge=0, lt=1, description="Momentum of the average over steps; 0: none")


def build_line_follower(
    options: LineFollowerOptions, arrays: Mapping[str, ArraySpec], inputs: Mapping[str, Any], seeds: SeedStream
) -> Any:
    """Return the logits of each pixel, shape (n, layers, pixels).

    In a frame that moves along the fitted line the same pixels mean the same for every track, and the network has to
    learn only by how much the line was wrong.  The output of a layer knows of the layers up to it.

    Raises
    ------
    RecipeError
        There is not one map, or it has more than one channel or too few layers.
    """
    keras = import_keras()
    from hepml.networks.layers import Standardise
    from hepml.networks.line_layers import OccupiedPixels, PlacesOfWindow, ShearedWindow

    name, spec = _the_map(arrays, options)
    as_it_is = Standardise(spec.moments_shape, name=standardise_name(name))(inputs[name])
    pixels = OccupiedPixels(name=f"{name}_occupied")(as_it_is)
    window, first = ShearedWindow(options.seed_layers, options.half_width)(pixels)
    read = _read(options, window, seeds)
    x = dense_layer(options.dense, seeds, activation="relu")(keras.layers.Concatenate()([read, window]))
    logits = dense_layer(2 * options.half_width + 1, seeds)(x)
    return PlacesOfWindow()([logits, first, pixels])


def _read(options: LineFollowerOptions, window: Any, seeds: SeedStream) -> Any:
    """Return the state after each layer; with both directions side by side with that of what follows."""
    keras = import_keras()
    from hepml.networks.sequence_layers import ReverseItems

    def cells(*, go_backwards: bool = False) -> Any:
        return keras.layers.GRU(
            options.units,
            return_sequences=True,
            go_backwards=go_backwards,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seeds.next()),
            recurrent_initializer=keras.initializers.Orthogonal(seed=seeds.next()),
            seed=seeds.next(),
            use_cudnn=False,
        )(window)

    forwards = cells()
    if not options.bidirectional:
        return forwards
    return keras.layers.Concatenate()([forwards, ReverseItems()(cells(go_backwards=True))])


def _the_map(arrays: Mapping[str, ArraySpec], options: LineFollowerOptions) -> tuple[str, ArraySpec]:
    if len(arrays) != 1:
        msg = f"the network follows a line in one map of layers and pixels, and reads {', '.join(arrays)}: name one"
        raise RecipeError(msg)
    [(name, spec)] = arrays.items()
    if len(spec.shape) != 3 or spec.shape[2] != 1 or spec.shape[0] < options.seed_layers:
        msg = (
            f"input {name!r} has shape {spec.shape}: a map of layers and pixels has one channel and not fewer layers "
            f"than seed_layers ({options.seed_layers})"
        )
        raise RecipeError(msg)
    return name, spec


def _as_it_is(_options: LineFollowerOptions, _spec: ArraySpec, moments: Moments) -> Normalisation:
    return no_normalisation(moments)


LINE_FOLLOWER = Backbone(build=None, normalisation=_as_it_is, build_items=build_line_follower, gives_logits=True)

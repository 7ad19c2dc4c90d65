"""Random changes of the pixel maps of a training batch: what the detector might as well have seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hepml.networks.keras_import import import_keras

keras: Any = import_keras()
ops = keras.ops

_AXES = ("row", "column")


class PixelAugmentation(keras.layers.Layer):
    """Swap, mirror, shift, thin and scale the maps of a training batch at random; the identity otherwise.

    It takes the maps of all views, a list of tensors of shape (n, rows, columns, channels), as they come from the
    dataset: before they are normalised, with the charge in the first channel.  Pixels move by whole numbers, so that no
    charge is smeared or lost but over the edges, and what comes in from there is empty.  Parameters are those of
    `PixelAugmentOptions`.

    Parameters
    ----------
    flip : sequence of {"row", "column"}
        Mirror these axes with probability ½.
    shift : (int, int)
        Shift rows and columns by whole pixels, uniform in ± this.
    shared_axis : {"none", "row", "column"}
        The axis that is mirrored and shifted in all views together.
    swap : sequence of (int, int)
        Views of equal shape that are exchanged with probability ½.
    dropout : float
        Share of pixels that are emptied, in all channels; the others are **not** scaled up: dead cells lower a charge.
    charge_scale : float
        Multiply the charge of all views by one factor, uniform in 1 ± this.
    log_charge : bool
        The first channel is ln(1 + charge), in whatever unit.
    seed : int
        Of the layer's own generator, whose state is a variable of the model.
    """

    def __init__(
        self,
        flip: Sequence[str] = (),
        shift: Sequence[int] = (0, 0),
        shared_axis: str = "none",
        swap: Sequence[Sequence[int]] = (),
        dropout: float = 0.0,
        charge_scale: float = 0.0,
        log_charge: bool = False,
        seed: int = 0,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype="float32")
        self.flip, self.shift, self.shared_axis = tuple(flip), tuple(shift), shared_axis
        self.swap = tuple((int(first), int(second)) for first, second in swap)
        self.dropout, self.charge_scale, self.log_charge = dropout, charge_scale, log_charge
        self.seed = seed
        self.enabled = True
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the changed maps, of the same shapes; a list for a list."""
        if not (training and self.enabled):
            return inputs
        alone = not isinstance(inputs, list | tuple)
        views = self._swapped([inputs] if alone else list(inputs))
        if self.flip or any(self.shift):
            views = self._moved(views)
        if self.dropout:
            views = [self._thinned(maps) for maps in views]
        if self.charge_scale:
            factor = 1 + self._uniform(ops.shape(views[0])[:1], -self.charge_scale, self.charge_scale)
            views = [self._scaled(maps, factor[:, None, None, None]) for maps in views]
        return views[0] if alone else views

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes of the inputs."""
        return input_shape

    def _swapped(self, views: list[Any]) -> list[Any]:
        for first, second in self.swap:
            chosen = self._half(views[first])[:, None, None, None]
            one, other = views[first], views[second]
            views[first], views[second] = ops.where(chosen, other, one), ops.where(chosen, one, other)
        return views

    def _moved(self, views: list[Any]) -> list[Any]:
        common: dict[str, Any] = {}
        moved = []
        for maps in views:
            sources = []
            for axis, largest, size in zip(_AXES, self.shift, maps.shape[1:3], strict=True):
                if axis == self.shared_axis and axis in common:
                    draw = common[axis]
                else:
                    draw = common[axis] = self._draw(maps, axis, largest)
                sources.append(_source(draw[0], draw[1], int(size)))
            moved.append(_gathered(maps, *sources))
        return moved

    def _draw(self, maps: Any, axis: str, largest: int) -> tuple[Any, Any]:
        """Return for each event whether the axis is mirrored, and by how much it is shifted."""
        mirrored = self._half(maps) if axis in self.flip else ops.zeros(ops.shape(maps)[:1], "bool")
        shift = ops.floor(self._uniform(ops.shape(maps)[:1], -largest, largest + 1)) if largest else 0.0
        return mirrored, ops.cast(shift + ops.zeros(ops.shape(maps)[:1]), "int32")

    def _thinned(self, maps: Any) -> Any:
        alive = ops.greater_equal(self._uniform(ops.shape(maps)[:3], 0.0, 1.0), self.dropout)
        return ops.where(alive[..., None], maps, ops.zeros_like(maps))

    def _scaled(self, maps: Any, factor: Any) -> Any:
        charge = maps[..., :1]
        charge = ops.log1p(factor * ops.expm1(charge)) if self.log_charge else factor * charge
        return charge if maps.shape[-1] == 1 else ops.concatenate([charge, maps[..., 1:]], axis=-1)

    def _half(self, maps: Any) -> Any:
        return ops.less(self._uniform(ops.shape(maps)[:1], 0.0, 1.0), 0.5)

    def _uniform(self, shape: Any, low: float, high: float) -> Any:
        return keras.random.uniform(shape, low, high, seed=self.generator)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {
            "flip": list(self.flip),
            "shift": list(self.shift),
            "shared_axis": self.shared_axis,
            "swap": [list(pair) for pair in self.swap],
            "dropout": self.dropout,
            "charge_scale": self.charge_scale,
            "log_charge": self.log_charge,
            "seed": self.seed,
            "name": self.name,
        }


def _source(mirrored: Any, shift: Any, size: int) -> tuple[Any, Any]:
    """Return from where each place of an axis comes, shape (n, size), and whether it comes from inside."""
    place = ops.arange(size, dtype="int32")[None] - shift[:, None]
    inside = ops.logical_and(place >= 0, place < size)
    place = ops.clip(place, 0, size - 1)
    return ops.where(mirrored[:, None], size - 1 - place, place), inside


def _gathered(maps: Any, rows: tuple[Any, Any], columns: tuple[Any, Any]) -> Any:
    """Return maps whose pixels come from the given rows and columns, in one look-up; empty where from outside."""
    height, width, channels = (int(size) for size in maps.shape[1:])
    event = ops.arange(ops.shape(maps)[0], dtype="int32")[:, None, None]
    index = (event * height + rows[0][:, :, None]) * width + columns[0][:, None, :]
    pixels = ops.take(ops.reshape(maps, (-1, channels)), ops.reshape(index, (-1,)), axis=0)
    inside = ops.logical_and(rows[1][:, :, None], columns[1][:, None, :])
    moved = ops.reshape(pixels, (-1, height, width, channels))
    return ops.where(inside[..., None], moved, ops.zeros_like(moved))

"""Layers that lay the views of an event on top of one another, so that one tower reads them in one call."""

from __future__ import annotations

from typing import Any

from hepml.networks.keras_import import import_keras

keras: Any = import_keras()
ops = keras.ops


class StackViews(keras.layers.Layer):
    """k tensors of shape (n, …) as one of shape (k · n, …): all events of the first view, then of the second, ….

    A tower whose weights are shared sees all views at once, so that its normalisation by the batch has one mean and σ
    for all of them, in training as in use; one call per view would train with another mean for each.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")

    def call(self, inputs: Any) -> Any:
        """Return the views one after the other."""
        return ops.concatenate(inputs, axis=0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of one view: the number of rows is free."""
        return (None, *input_shape[0][1:])

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"name": self.name}


class SplitViews(keras.layers.Layer):
    """The inverse of `StackViews`: (k · n, …) as a list of k tensors of shape (n, …).

    Parameters
    ----------
    n_views : int
        k.
    """

    def __init__(self, n_views: int, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.n_views = int(n_views)

    def call(self, inputs: Any) -> Any:
        """Return the views, a list."""
        views = ops.reshape(inputs, (self.n_views, -1, *inputs.shape[1:]))
        return [views[place] for place in range(self.n_views)]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return as many shapes as there are views: the number of rows is free."""
        return [(None, *input_shape[1:])] * self.n_views

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {"n_views": self.n_views, "name": self.name}

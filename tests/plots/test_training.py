"""The figure of training curves."""

from __future__ import annotations

import numpy as np
from plots.figures_of_all_kinds import training_curve

from hepml.contracts import Curve
from hepml.plots import draw_training


def stars_of(axes):
    return [line.get_xydata()[0].tolist() for line in axes.lines if line.get_marker() == "*"]


def test_axes_and_legend():
    """Losses above, the learning rate below; seeds share the colour of their run."""
    curves = [training_curve("cnn", member=f"seed{s}") for s in (1, 2, 3)]
    losses, rates = draw_training(curves, loss_name="Binary cross-entropy").axes
    assert losses.get_ylabel() == "Binary cross-entropy"
    assert (rates.get_xlabel(), rates.get_ylabel(), rates.get_yscale()) == ("Epoch", "Learning rate", "log")
    texts = [text.get_text() for text in losses.get_legend().get_texts()]
    assert texts == ["cnn  (3 trainings)", "training", "validation", "kept"]
    assert len({line.get_color() for line in losses.lines}) == 1
    assert len(losses.lines) == 3 * 3
    assert len(rates.lines) == 3


def test_best_epochs_are_marked():
    """A star at the lowest validation loss of each member."""
    figure = draw_training([training_curve("cnn", best=2), training_curve("cnn", member="seed2", best=3)])
    assert stars_of(figure.axes[0]) == [[2.0, 0.3], [3.0, 0.3]]


def test_without_a_validation_part_the_last_epoch_is_marked_on_the_training_loss():
    columns = {"epoch": np.arange(3.0), "loss": np.array([0.5, 0.4, 0.3])}
    (axes,) = draw_training([Curve("training", columns, run="cnn", labels={"kept_epoch": 2})]).axes
    assert stars_of(axes) == [[2.0, 0.3]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["cnn", "training", "kept"]


def test_without_learning_rate():
    """Trees have none: one panel."""
    (axes,) = draw_training([training_curve("bdt", rate=False)], epoch_name="Trees").axes
    assert axes.get_xlabel() == "Trees"


def test_missing_validation_loss_has_no_best_epoch():
    """A history without finite validation losses is drawn as far as it goes."""
    nothing = np.full(2, np.nan)
    columns = {"epoch": np.arange(2.0), "loss": np.array([0.5, 0.4]), "validation_loss": nothing}
    assert stars_of(draw_training([Curve("training", columns, run="cnn")]).axes[0]) == []

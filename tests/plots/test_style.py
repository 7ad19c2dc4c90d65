"""Colours, labels and letters."""

from __future__ import annotations

from hepml.plots import Label, pens
from hepml.plots.drawing import drawing
from hepml.plots.labels import short_name, write_label
from hepml.plots.pens import COLOURS


def test_pens_are_fixed_by_order_and_differ():
    """The first ten runs have ten colours; twelve runs still have twelve pens."""
    names = [f"run{i}" for i in range(12)]
    found = pens(names)
    assert [found[name].colour for name in names[:10]] == list(COLOURS)
    assert len({(pen.colour, pen.line) for pen in found.values()}) == 12
    assert pens([*names, "run0"]) == found


def test_label_is_configurable():
    """Bold name, italic status, the sample on the right."""
    with drawing() as figure:
        axes = figure.subplots()
        write_label(axes, Label(name="CMS", status="Open Data", right="13 TeV"))
    name, status, right = axes.texts
    assert (name.get_text(), name.get_fontweight()) == ("CMS", "bold")
    assert (status.get_text(), status.get_fontstyle()) == ("Open Data", "italic")
    assert (right.get_text(), right.get_ha()) == ("13 TeV", "right")


def test_long_names_keep_both_ends():
    """What distinguishes runs is at the start or at the end of their names."""
    shown = short_name("a_very_long_name_of_a_model_with_many_words_seed1")
    assert shown == "a_very_long_…words_seed1"
    assert len(shown) == 24

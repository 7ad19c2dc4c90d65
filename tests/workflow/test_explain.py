"""Events that are explained, in a notebook and in a report: the right fold, all seeds, the right events."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hepml import workflow
from hepml.contracts import Predictions
from hepml.datasets import open_dataset
from hepml.errors import DatasetError, RecipeError, RunError
from hepml.evaluation import delta_auc
from hepml.explain import explained_model, occlusion
from hepml.inference import load_run, predict_part, unseen_fold
from hepml.recipe import Evaluation
from hepml.tasks import TaskContext, build_task
from hepml.workflow.galleries import ChosenRows, chosen_rows, galleries
from hepml.workflow.progress import SILENT
from hepml.workflow.views_left_out import ViewsLeftOut


@pytest.fixture(scope="module")
def report(views, tmp_path_factory):
    """Return the report of a network on two views."""
    folder = tmp_path_factory.mktemp("report")
    content = workflow.evaluate([views.run("net")], views.dataset, folder)
    return folder, content


def test_each_event_is_explained_by_the_fold_that_did_not_see_it(views):
    """The mean of the seeds of one fold, event by event, in the order that was asked for."""
    run, data = load_run(views.run("trees", split__folds=3)), open_dataset(views.dataset)
    rows = [400, 3, 250, 17]
    events = workflow.explain(run, data, rows, of="long", patch=2, stride=2)
    assert [event.row for event in events] == rows
    for event in events:
        batch = data.read(np.array([event.row]), inputs=["pixelmap"])
        [fold] = unseen_fold(run.info, data.buckets(batch.row))
        views_of_seeds = [
            occlusion(
                explained_model(run.models[f"fold{fold}_seed{seed}"], run.info.task),
                batch.inputs,
                run.info.arrays,
                np.zeros(1, np.int64),
                patch=2,
                stride=2,
            )[0].views
            for seed in (1, 2)
        ]
        [heat_map] = event.maps
        assert (heat_map.method, heat_map.of) == ("occlusion", "long")
        for name, view in heat_map.views.items():
            np.testing.assert_allclose(view, np.mean([each[name] for each in views_of_seeds], axis=0))


def test_in_a_notebook(views):
    """Three methods of a network, of the class that it sees; the event alone without a method."""
    [event] = workflow.explain(views.run("net"), views.dataset, [5], steps=32)
    assert [heat_map.method for heat_map in event.maps] == ["input_gradients", "integrated_gradients", "occlusion"]
    assert {heat_map.of for heat_map in event.maps} == {event.of}
    assert event.maps[0].value > 0  # of two classes the one that it sees
    assert event.picture.title[0].startswith(f"long, seen as {event.of} 0.")
    assert event.picture.title[1].startswith("nu energy ")
    assert event.picture.title[1].endswith(" GeV, row 5")
    assert [view.name for view in event.picture.views] == ["x", "y"]
    assert len(event.draw().axes) > 8
    [alone] = workflow.explain(views.run("net"), views.dataset, [5], methods=[])
    assert alone.maps == ()
    assert len([axes for axes in alone.draw().axes if axes.images]) == 2


def test_what_cannot_be_explained(views, flat):
    with pytest.raises(RunError, match="heat maps are drawn on images, and the run reads"):
        workflow.explain(flat.run("trees"), flat.dataset, [1])
    with pytest.raises(RunError, match=r"no class or target 'lang'.*'long'"):
        workflow.explain(views.run("trees"), views.dataset, [1], of="lang")
    with pytest.raises(RunError, match="has no slopes: use occlusion"):
        workflow.explain(views.run("trees"), views.dataset, [1], methods=["input_gradients"])
    with pytest.raises(RecipeError, match="no heat map by 'oclusion'"):
        workflow.explain(views.run("trees"), views.dataset, [1], methods=["oclusion"])
    with pytest.raises(DatasetError, match="rows must be one or more increasing numbers below 600"):
        workflow.explain(views.run("trees"), views.dataset, [600])


def test_rows_are_read_wherever_they_are(views):
    data, recipe = open_dataset(views.dataset), views.loaded()
    run = load_run(views.run("net"))
    test = predict_part(run, data, "test", recipe=recipe, spectators=["nu_energy_gev"])
    some = test.row[[0, 5, -1]]
    batch = data.read(some, inputs=["pixelmap"], spectators=["nu_energy_gev"])
    np.testing.assert_array_equal(batch.row, some)
    np.testing.assert_array_equal(batch.label, test.label[[0, 5, -1]])
    np.testing.assert_array_equal(batch.spectators["nu_energy_gev"], test.spectators["nu_energy_gev"][[0, 5, -1]])
    found = run.models["seed1"].predict(batch.inputs)["score"]
    np.testing.assert_array_equal(found, test.outputs["score"][[0, 5, -1]])


def test_the_most_confident_events_of_a_class():
    task = build_task("classification", {}, TaskContext(("a", "b")))
    score = np.array([0.9, 0.6, 0.99, 0.2, 0.4, 0.01], np.float32)[:, None]
    label = np.array([0, 0, 0, 0, 0, 1], np.int32)
    test = Predictions("cnn", "test", task, {"score": score}, label, np.ones(6), {}, row=10 + np.arange(6))
    assert chosen_rows(test, 0, 2) == ChosenRows(right=(12, 10), wrong=(13, 14))
    assert chosen_rows(test, 1, 2) == ChosenRows(right=(15,), wrong=())
    assert chosen_rows(test, 0, 3).in_turns(4) == [12, 13, 10, 14]
    assert chosen_rows(test, 1, 3).in_turns(4) == [15]


def test_events_in_a_report(report):
    """One figure per class with its events, one with heat maps; each says what it shows."""
    folder, content = report
    events = {figure.name: figure for figure in content.figures if figure.section == "events"}
    assert set(events) == {
        "events_net_long", "events_net_short", "heat_maps_net_long", "heat_maps_net_short",
    }  # fmt: skip
    assert all((folder / "plots" / f"{name}.pdf").is_file() for name in events)
    assert all("may differ" in events[f"heat_maps_net_{name}"].caption for name in ("long", "short"))
    assert "Event displays" in (folder / "report.html").read_text()


def test_one_view_left_out(report, views):
    """The change without x is that of scores of events whose x is empty, paired; the curve has both views."""
    folder, content = report
    document = json.loads((folder / "metrics.json").read_text())
    curves = {curve["labels"]["figure"]: curve for curve in document["curves"]["view_left_out"]}
    assert set(curves) == {"auc", "accuracy"}
    assert curves["auc"]["labels"]["views"] == ["x", "y"]
    run, data = load_run(views.run("net")), open_dataset(views.dataset)
    test = predict_part(run, data, "test", recipe=views.loaded())
    inputs = data.read(test.row, inputs=["pixelmap"]).inputs
    blank = run.models["seed1"].predict({**inputs, "pixelmap_x": 0 * inputs["pixelmap_x"]})["score"][:, 0]
    expected = delta_auc(test.label == 0, blank, test.outputs["score"][:, 0]).estimate
    [metric] = [metric for metric in content.metrics if metric.name == "delta_auc_without_x"]
    assert metric.value == pytest.approx(expected.value, abs=1e-6)
    assert metric.error == pytest.approx(expected.error, rel=0.02)
    assert (metric.class_, metric.run, metric.method) == ("long", "net", "delong paired")
    assert "not trained again" in {figure.name: figure for figure in content.figures}["view_left_out_net"].caption


@pytest.mark.parametrize("project", ["views", "flat", "numbers"])
def test_no_gallery_where_none_is_wanted_or_there_is_nothing_to_see(project, request):
    """None of no events; none of a run that reads no image, or knows no classes."""
    of = request.getfixturevalue(project)
    run, data, wanted = load_run(of.run("trees")), open_dataset(of.dataset), 0 if project == "views" else 2
    test = predict_part(run, data, "test", recipe=of.loaded(), spectators=list(data.manifest.spectators))
    evaluation = Evaluation(gallery_events=wanted, heat_maps=wanted)
    assert galleries(run, test, data, evaluation, SILENT) == []
    left_out = ViewsLeftOut(run, data, total=test.n, wanted=wanted)
    left_out.add(data.read(test.row, inputs=list(run.info.representations)))
    assert left_out.figures(test) == ([], [])


def test_a_network_of_one_view_is_a_run_like_any_other(views):
    """It reads that view alone, in training and in use."""
    run = load_run(views.run("net", models__net__options__views=("y",)))
    assert list(run.info.arrays) == ["pixelmap_y"]
    [event] = workflow.explain(run, views.dataset, [7], methods=["occlusion"])
    assert list(event.maps[0].views) == ["pixelmap_y"]
    assert [view.name for view in event.picture.views] == ["y"]

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tiny_runs

from hepml.datasets import open_dataset
from hepml.datasets.split import part_buckets
from hepml.errors import RunError
from hepml.inference import check_dataset, load_run, n_rows_of_part, predict_part
from hepml.recipe import Split, thaw_recipe


def _opened(project, run):
    loaded = load_run(run)
    return loaded, open_dataset(project.dataset), thaw_recipe(loaded.info.recipe, source="run")


def test_parts_are_what_the_split_says(flat):
    run, data, recipe = _opened(flat, flat.run("trees"))
    parts = {part: predict_part(run, data, part, recipe=recipe) for part in ("train", "validation", "test")}
    assert sorted(np.concatenate([part.row for part in parts.values()])) == list(range(1200))
    for name, part in parts.items():
        assert part.n == n_rows_of_part(run, data, name, recipe=recipe)
        assert part.outputs["score"].shape == (part.n, 1)
        assert set(np.unique(part.label)) == {0, 1}
        assert (part.weight == 1).all()


def test_with_folds_each_row_is_tested_by_the_fold_that_did_not_see_it(flat):
    run, data, recipe = _opened(flat, flat.run("trees", split__folds=3))
    seen = []
    test = predict_part(
        run, data, "test", recipe=recipe, spectators=["y_spectator"], on_batch=lambda b: seen.append(b.n)
    )
    assert test.row.tolist() == list(range(1200))
    assert sum(seen) == 1200 == n_rows_of_part(run, data, "test", recipe=recipe)
    for fold in range(3):
        batches = list(_ordered(data, recipe, fold))
        rows = np.concatenate([batch.row for batch in batches])
        table = np.concatenate([batch.inputs["table"] for batch in batches])
        own = run.models[f"fold{fold}_seed1"].predict({"table": table})["score"]
        np.testing.assert_array_equal(test.outputs["score"][rows], own)
        trained = part_buckets(recipe.split, "train", fold)
        assert not (trained & part_buckets(recipe.split, "test", fold)).any()


def _ordered(data, recipe, fold):
    return data.source(
        "test", inputs=["table"], fold=fold, training=False, weights=recipe.weights, split=recipe.split, seed=0
    ).ordered()


def test_members_are_kept_beside_their_average(jets):
    run, data, recipe = _opened(jets, jets.run("trees"))
    test = predict_part(run, data, "test", recipe=recipe)
    assert list(test.members) == ["seed1", "seed2"]
    one, two = (test.members[name]["score"].astype(np.float64) for name in test.members)
    np.testing.assert_allclose(test.outputs["score"], (one + two) / 2, rtol=1e-6)
    assert np.abs(one - two).max() == 0  # trees have no seed of their own but for max_features


def test_a_part_without_rows(base):
    few = tiny_runs.flat(base, n=40)
    run, data, recipe = _opened(few, few.run("trees"))
    counts = sum(summary.counts.n.sum(axis=0) for summary in data.manifest.inputs)
    empty = int(np.flatnonzero(counts == 0)[0])
    split = Split(parts={"test": [(empty, empty)]})
    test = predict_part(
        run, data, "test", recipe=recipe.model_copy(update={"split": split}), spectators=["y_spectator"]
    )
    assert (test.n, test.outputs["score"].shape, test.spectators["y_spectator"].shape) == (0, (0, 1), (0,))


def test_another_dataset_is_refused(flat, base):
    run, _, recipe = _opened(flat, flat.run("trees"))
    other = open_dataset(tiny_runs.flat(base, n=300).dataset)
    with pytest.raises(RunError, match=r"trained on dataset \w{12}…, but .* is \w{12}….*`hepml predict` for new files"):
        predict_part(run, other, "test", recipe=recipe)


def test_the_same_content_in_another_representation_is_refused(jets):
    """The digest is of what is stored; what a batch holds depends on the options of decoding, too."""
    run, data, recipe = _opened(jets, jets.run("pixels"))
    spec = data.manifest.representations["image"]
    other = replace(spec, options={**spec.options, "half_width": 3.0})
    manifest = replace(data.manifest, representations={**data.manifest.representations, "image": other})
    with pytest.raises(RunError, match=r"input 'image' with another half_width \(3.0\) than the run was trained on \("):
        predict_part(run, replace(data, manifest=manifest), "test", recipe=recipe)


def test_options_that_are_younger_than_the_dataset_have_their_defaults(jets):
    run, data, _ = _opened(jets, jets.run("pixels"))
    spec = data.manifest.representations["image"]
    older = replace(spec, options={key: value for key, value in spec.options.items() if key != "flip"})
    manifest = replace(data.manifest, representations={**data.manifest.representations, "image": older})
    check_dataset(run, replace(data, manifest=manifest))


def test_targets_that_are_inputs_are_kept(jets):
    """What an output is compared with comes from the batch, under the output's name."""
    run, data, recipe = _opened(jets, jets.run("trees"))
    output = replace(run.info.task.outputs[0], target="input:image")
    reconstructing = replace(run, info=replace(run.info, task=replace(run.info.task, outputs=(output,))))
    test = predict_part(reconstructing, data, "test", recipe=recipe)
    assert test.targets["score"].shape == (test.n, 7, 7, 3)
    assert (test.targets["score"].sum(axis=(1, 2, 3)) > 0).all()

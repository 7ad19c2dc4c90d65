import json
import zipfile

import numpy as np
import pytest

from hepml.errors import RunError
from hepml.networks.keras_import import import_keras
from hepml.networks.layers import Standardise
from hepml.networks.model_file import load_model, save_model

keras = import_keras()


def model(*layers):
    x = keras.Input((3,), name="x")
    y = Standardise((3,), name="x_standardise")(x)
    for layer in layers:
        y = layer(y)
    return keras.Model({"x": x}, {"y": y})


def rewritten(path, change):
    """Apply `change` to the configuration inside a model file."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["config.json"] = change(members["config.json"].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_constants_and_weights_come_back(tmp_path):
    from hepml.contracts import Normalisation

    whole = model(keras.layers.Dense(2))
    constants = Normalisation(np.array([1, 2, 3], np.float32), np.array([4, 5, 6], np.float32))
    whole.get_layer("x_standardise").set_constants(constants)
    save_model(whole, tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    x = {"x": np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)}
    np.testing.assert_array_equal(whole(x)["y"], again(x)["y"])
    np.testing.assert_array_equal(again.get_layer("x_standardise").scale.numpy(), [4, 5, 6])


def test_a_lambda_layer_is_refused(tmp_path):
    save_model(model(keras.layers.Lambda(lambda x: x * 2)), tmp_path / "m.keras")
    with pytest.raises(RunError, match="Lambda, which could run foreign code"):
        load_model(tmp_path / "m.keras")


@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("keras.utils", "get_file"), ("hepml.networks.layers", "Other")]
)
def test_anything_that_is_not_a_known_layer_is_refused(module, name, tmp_path):
    save_model(model(keras.layers.Dense(2, name="last")), tmp_path / "m.keras")
    rewritten(
        tmp_path / "m.keras",
        lambda text: text.replace(
            '"module": "keras.layers", "class_name": "Dense"', f'"module": "{module}", "class_name": "{name}"'
        ),
    )
    with pytest.raises(RunError, match=f"{module}.{name}, which could run foreign code"):
        load_model(tmp_path / "m.keras")


def test_a_damaged_file_is_refused_in_one_line(tmp_path):
    (tmp_path / "m.keras").write_bytes(b"<html>")
    with pytest.raises(RunError, match="not a complete model file") as refused:
        load_model(tmp_path / "m.keras")
    assert "\n" not in str(refused.value)


def test_a_file_whose_weights_do_not_fit_is_refused(tmp_path):
    save_model(model(keras.layers.Dense(2)), tmp_path / "m.keras")
    rewritten(tmp_path / "m.keras", lambda text: text.replace('"units": 2', '"units": 5'))
    assert json.loads(zipfile.ZipFile(tmp_path / "m.keras").read("config.json"))
    with pytest.raises(RunError, match="cannot be loaded"):
        load_model(tmp_path / "m.keras")

import os
import subprocess
import sys


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_the_rooms_import_no_framework():
    code = "import sys, hepml.networks, hepml.estimators; print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    done = run(code)
    assert done.stdout.strip() == "[]", done.stderr


def test_tensorflow_is_chosen_whatever_the_environment_says():
    code = "from hepml.networks import import_keras; print(import_keras().backend.backend())"
    done = run(code, KERAS_BACKEND="jax")
    assert done.stdout.strip() == "tensorflow", done.stderr

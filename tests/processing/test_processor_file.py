"""Loading processor files by path."""

from __future__ import annotations

import sys

import cloudpickle
import pytest

from hepml.errors import ProcessorError, RecipeError
from hepml.processing import load_processor_file


def test_load(jets_table):
    module = load_processor_file(jets_table)
    assert module.path == str(jets_table)
    assert module.schema.__name__ == "BaseSchema"
    assert module.options({}).pt_min_gev == 0.0
    assert module.Processor({"pt_min_gev": 3.0}).options.pt_min_gev == 3.0
    assert load_processor_file(jets_table) == module


def test_the_name_is_private_and_changes_with_the_content(jets_table, edited):
    one, other = load_processor_file(jets_table), load_processor_file(edited("0, 500", "0, 600"))
    assert one.content_hash != other.content_hash
    assert "jets_table" not in sys.modules
    assert one.examples.__module__ != other.examples.__module__


def test_two_files_of_one_content_are_two_modules(jets_table, tmp_path):
    """An error must name the file that the recipe names."""
    copy = tmp_path / "copy.py"
    copy.write_text(jets_table.read_text())
    assert load_processor_file(copy).examples.__code__.co_filename == str(copy)


def test_it_travels_by_value(jets_table):
    """What is sent to a worker does not name the private module."""
    module = load_processor_file(jets_table)
    sent = cloudpickle.dumps(module.Processor({"pixels": 7}))
    name = module.examples.__module__
    kept = sys.modules.pop(name)
    try:
        assert cloudpickle.loads(sent).options.pixels == 7
    finally:
        sys.modules[name] = kept


def test_options_are_checked_with_their_path(jets_table):
    with pytest.raises(RecipeError, match=r"unknown key 'processor.options.pt_min': did you mean 'pt_min_gev'"):
        load_processor_file(jets_table).options({"pt_min": 3})


def test_missing_file(tmp_path):
    with pytest.raises(ProcessorError, match=r"no.py: there is no such processor file: check processor.file"):
        load_processor_file(tmp_path / "no.py")
    with pytest.raises(ProcessorError, match=r"cannot be read \(Is a directory\)"):
        load_processor_file(tmp_path)


def test_not_python(tmp_path, jets_table):
    (tmp_path / "x.txt").write_text(jets_table.read_text())
    with pytest.raises(ProcessorError, match=r"a processor file is Python and ends in .py: rename it"):
        load_processor_file(tmp_path / "x.txt")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\ndef f(:\n    pass\n", r"user.py, line 2, in `def f\(:`: SyntaxError: invalid syntax"),
        ("x = 1\n  y = 2\n", r"user.py, line 2, in `y = 2`: IndentationError: unexpected indent"),
        (
            "\n\nimport no_such_package\n",
            r"user.py, line 3, in `import .*`: ModuleNotFoundError: No module named 'no_such_package'",
        ),
        (
            "def f():\n    return 1 / 0\n\nf()\n",
            r"user.py, line 2, in `return 1 / 0`: ZeroDivisionError: division by zero",
        ),
        (
            "import json\njson.loads('{')\n",
            r"user.py, line 2, in `json.loads\('{'\)`: JSONDecodeError: Expecting property name",
        ),
        ("import sys\nsys.exit(3)\n", r"user.py, line 2, in `sys.exit\(3\)`: SystemExit: 3"),
        (
            "from hepml import JetImage\nJetImage.Options(pixels=0)\n",
            r"user.py, line 2, in `JetImage.*`: ValidationError: ",
        ),
    ],
    ids=["syntax", "indent", "import", "in a function", "in a library", "exit", "options"],
)
def test_its_own_line_is_shown(tmp_path, text, message):
    (tmp_path / "user.py").write_text(text)
    with pytest.raises(ProcessorError, match=message) as caught:
        load_processor_file(tmp_path / "user.py")
    assert "\n" not in str(caught.value)


def test_a_file_that_failed_may_be_loaded_again(tmp_path, jets_table):
    path = tmp_path / "user.py"
    path.write_text("1 / 0")
    with pytest.raises(ProcessorError):
        load_processor_file(path)
    path.write_text(jets_table.read_text())
    assert load_processor_file(path).path == str(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = BaseSchema", "shema = BaseSchema", r"defines 'schema' \(a NanoEvents schema.*did you mean 'shema'"),
        ("Processor = processor(", "Procesor = processor(", r"defines 'Processor' .*did you mean 'Procesor'"),
        ("Processor = processor(examples, Options, schema)", "Processor = 3", r"'Processor' must be .*found int"),
        ("schema = BaseSchema", "schema = 'NanoAODSchema'", r"'schema' must be a NanoEvents schema.*found str"),
    ],
)
def test_the_four_names(edited, old, new, message):
    path = edited(old, new)
    if "shema" in new or "'Nano" in new:
        text = path.read_text()
        path.write_text(text.replace("examples, Options, schema)", "examples, Options, BaseSchema)"))
    with pytest.raises(ProcessorError, match=message):
        load_processor_file(path)

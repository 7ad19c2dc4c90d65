"""Tables on a terminal."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from reports import toy_report
from rich.console import Console

from hepml.contracts import Metric
from hepml.errors import ShapeError
from hepml.reports.number_text import with_error
from hepml.reports.tables import (
    members_table,
    print_dataset,
    print_friends,
    print_run,
    print_summary,
)
from hepml.reports.terminal_table import rich_tables, split_columns
from hepml.reports.text_table import Cell, TextTable


def console(width: int = 80) -> Console:
    return Console(file=StringIO(), width=width, force_terminal=False)


def shown(out: Console) -> str:
    return out.file.getvalue()


@pytest.fixture(scope="module")
def content():
    return toy_report.content(toy_report.evaluated(n=2000)[0])


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_number_is_cut(content, width):
    """On a narrow terminal a table comes in pieces; every line fits, every number is whole."""
    out = console(width)
    print_summary(content, folder=Path("report"), console=out)
    tables = shown(out).partition("ΔAUC")[0]
    assert max(map(len, tables.splitlines())) <= width
    auc = next(m for m in content.metrics if (m.name, m.run, m.member) == ("auc", "cnn", None))
    assert with_error(auc.value, auc.error) in tables
    assert "…" not in tables


def test_summary_says_where_and_who_wins(content):
    """The comparisons in words and the path of the report, each on one line."""
    out = console()
    print_summary(content, folder=Path("out/report"), console=out)
    lines = shown(out).splitlines()
    assert lines[-1] == "Report: out/report/report.html"
    assert sum(line.startswith("ΔAUC (w) of") for line in lines) == 3


def test_columns_are_split_by_width():
    """Columns that name the row are repeated; others go on while there is room for them, two spaces and the edge."""
    row = tuple(Cell("x" * 10) for _ in range(4))
    table = TextTable("t", ("a", "b", "c", "d"), (row,), numeric=frozenset({1, 2, 3}))
    assert split_columns(table, width=49) == [[0, 1, 2, 3]]
    assert split_columns(table, width=48) == [[0, 1, 2], [0, 3]]
    assert split_columns(table, width=10) == [[0, 1], [0, 2], [0, 3]]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_names_give_way_to_numbers(width):
    """Where several long names stand before the numbers, they wrap; each number is whole on one line."""
    names = tuple(Cell("a_long_name_of_something") for _ in range(3))
    numbers = tuple(Cell(f"{i}23456.78 ± 0.12") for i in range(4))
    header = ("One", "Two", "Three", "First figure of merit", "B", "C", "D")
    out = console(width)
    for piece in rich_tables(
        TextTable("t", header, ((*names, *numbers),), numeric=frozenset({3, 4, 5, 6})), width=width
    ):
        out.print(piece)
    lines = shown(out).splitlines()
    assert max(map(len, lines)) <= width
    assert all(any(number.text in line for line in lines) for number in numbers)
    assert "…" not in shown(out)


def test_names_are_not_read_as_markup():
    """A run called [bold] is called that."""
    plain = toy_report.content([Metric("auc", 0.9, 0.01, "", run="[red]x[/red]", class_="w")])
    renamed = replace(plain, runs=(replace(plain.runs[0], name="[red]x[/red]"),))
    out = console()
    print_summary(renamed, folder=Path("[link]"), console=out)
    assert "[red]x[/red]" in shown(out)
    assert "[link]/report.html" in shown(out)


def test_dataset():
    """Entries, cut flow, digest; files are listed where something is wrong with one."""
    out = console()
    print_dataset(toy_report.manifest(), console=out)
    assert "digest 0123456789abcdef0123456789abcdef" in shown(out)
    assert "Cut flow of qcd" in shown(out)
    assert "data/qcd.root" not in shown(out)
    out = console(120)
    print_dataset(toy_report.manifest(reason="basket 3 is damaged"), console=out)
    assert "data/qcd.root" in shown(out)
    assert "basket 3 is damaged" in shown(out)


def test_run_and_friends():
    """What was trained and what was written."""
    member = SimpleNamespace(name="seed1", n_parameters=31201, best_epoch=4, n_epochs=9, seconds=75.0)
    assert [cell.text for cell in members_table("cnn", [member]).rows[0]] == [
        "seed1",
        "31\u202f201",
        "9",
        "5",
        "75.0 s",
    ]
    friend = SimpleNamespace(source="a.root", path="", n_entries=7, n_selected=0, n_skipped=7, reasons=("no tree",))
    out = console()
    print_run("cnn", [member], folder=Path("run_cnn"), console=out)
    print_friends([friend], console=out)
    assert "Run: run_cnn" in shown(out)
    assert "not written" in shown(out)
    assert "no tree" in shown(out)


def test_ragged_tables_are_refused():
    """A row with a cell too few is a mistake of the program."""
    with pytest.raises(ShapeError, match="2 columns, but row 0 has 1"):
        TextTable("t", ("a", "b"), ((Cell("1"),),))

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hepml.errors import OutputError
from hepml.inference import Friend
from hepml.inference.friend_folder import claim_friends


def _names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_a_name_for_each_source(tmp_path):
    folder = claim_friends(tmp_path / "out", run="abc")
    sources = ["a/w.root", "b/w.root", "root://host//c/w.root", "w_friend.root", "no_suffix"]
    assert _names(folder.paths(sources)) == [
        "w_friend.root",
        "w_friend_2.root",
        "w_friend_3.root",
        "w_friend_friend.root",
        "no_suffix_friend.root",
    ]


def test_a_second_call_takes_no_name_away(tmp_path):
    """Neither in another order, nor with other files of the same name."""
    first = claim_friends(tmp_path, run="abc")
    path = first.paths(["b/w.root"])[0]
    first.record([Friend("b/w.root", str(path), 10, 5, 0)])
    second = claim_friends(tmp_path, run="abc")
    assert _names(second.paths(["a/w.root", "b/w.root"])) == ["w_friend_2.root", "w_friend.root"]
    second.record([Friend("a/w.root", str(tmp_path / "w_friend_2.root"), 20, 5, 0)])
    listed = json.loads((tmp_path / "friends.json").read_text())["friends"]
    assert [(row["source"], row["path"]) for row in listed] == [
        (str(Path("b/w.root").absolute()), "w_friend.root"),
        (str(Path("a/w.root").absolute()), "w_friend_2.root"),
    ]


def test_scores_of_another_run_are_not_overwritten(tmp_path):
    claim_friends(tmp_path, run="abc").record([])
    with pytest.raises(OutputError, match="holds the scores of another run"):
        claim_friends(tmp_path, run="abd")


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "run": "abc", "friends": []}'])
def test_a_list_that_cannot_be_read(tmp_path, text):
    claim_friends(tmp_path, run="abc")
    (tmp_path / "friends.json").write_text(text)
    with pytest.raises(OutputError, match=r"friends\.json: not a list of friend trees") as caught:
        claim_friends(tmp_path, run="abc")
    assert "\n" not in str(caught.value)


def test_something_else_is_in_the_folder(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(OutputError, match=r"thesis\.tex"):
        claim_friends(tmp_path, run="abc")

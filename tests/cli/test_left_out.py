from __future__ import annotations

from dataclasses import replace

from hepml import workflow
from hepml.cli import left_out
from hepml.contracts import InputFile
from hepml.inference import Friend


def test_a_dataset(flat, capfd):
    manifest = workflow.status(flat.dataset)
    assert left_out.of_dataset(manifest) == []
    assert left_out.report([]) == 0
    partial = replace(
        manifest,
        files=(
            InputFile("w", "good.root", "Events", "1-2", 10, 10, 0),
            InputFile("w", "half.root", "Events", "1-3", 10, 6, 4, ("basket 3 is damaged", "basket 4 too")),
            InputFile("w", "bad.root", "Events", "", 0, 0, 0, ("bad.root: no such file",)),
        ),
        inputs=(replace(manifest.inputs[0], name="w", dropped={"table.x": 3}),),
    )
    lines = left_out.of_dataset(partial)
    assert lines == [
        "input 'w', 4 of 10 entries: basket 3 is damaged; basket 4 too",
        "input 'w', the whole file: bad.root: no such file",
        "input 'w', 3 examples: NaN or inf in 'table.x'",
    ]
    assert left_out.report(lines) == 3
    assert capfd.readouterr() == ("", "".join(f"hepml: left out: {line}\n" for line in lines))


def test_friends():
    friends = [
        Friend("a.root", "out/a_friend.root", 10, 10, 0),
        Friend("b.root", "out/b_friend.root", 10, 3, 7, ("basket 3 is damaged",)),
        Friend("c.root", "", 0, 0, 1, ("c.root: no such file",)),
    ]
    assert left_out.of_friends(friends) == [
        "b.root, 7 without a score: basket 3 is damaged",
        "c.root, the whole file: c.root: no such file",
    ]

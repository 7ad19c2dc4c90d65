from __future__ import annotations

from hepml.workflow.progress import SILENT


def test_silence(capfd):
    with SILENT.step("work", 3) as step:
        step.advance(1, note="one")
    SILENT.say("done")
    assert capfd.readouterr() == ("", "")

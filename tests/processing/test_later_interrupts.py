"""Control-C while processes start: held back, never lost, and not for the processes."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from hepml.processing.later_interrupts import later_interrupts


def interrupt_in_block(reached):
    with later_interrupts():
        signal.raise_signal(signal.SIGINT)
        reached.append("the end of the block")
    reached.append("what follows")


def test_it_comes_at_the_end_of_the_block():
    before = signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())
    reached = []
    with pytest.raises(KeyboardInterrupt):
        interrupt_in_block(reached)
    assert reached == ["the end of the block"]
    assert (signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())) == before


def test_a_process_that_starts_meanwhile_does_not_get_it():
    with later_interrupts():
        deaf = subprocess.Popen(["sleep", "60"])
    hears = subprocess.Popen(["sleep", "60"])
    try:
        for process in (deaf, hears):
            process.send_signal(signal.SIGINT)
        assert hears.wait(timeout=10) == -signal.SIGINT
        time.sleep(0.1)
        assert deaf.poll() is None
    finally:
        deaf.kill()
        deaf.wait()

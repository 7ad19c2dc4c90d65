"""``hepml generate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

import click

from hepml.cli.arguments import read_settings

Spectrum = Literal["flat", "log", "power"]
"""Of the energies."""


@click.command(
    epilog="""\b
Examples:
  hepml generate run_vae --events 100000 -o showers.root
  hepml generate run_vae --events 5000 --energy 50 --particle photon --seed 2 -o photons_50.root
  hepml generate run_vae --events 100000 --energies 1 100 --spectrum power --index 2.7 -o falling.root
  hepml generate run_vae --like sample/photon.root -o same_energies.root
"""
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--events", type=click.IntRange(1), help="How many; with --like: as many as there are.")
@click.option("--energy", type=float, help="One energy, in GeV.")
@click.option("--energies", type=(float, float), metavar="LOW HIGH", help="In GeV; default: those of the training.")
@click.option("--spectrum", type=click.Choice(get_args(Spectrum)), default="flat", show_default=True)
@click.option("--index", type=float, default=2.0, show_default=True, help="Of `power`: dN/dE falls as E^−index.")
@click.option("--like", multiple=True, metavar="PATH", help="A dataset, or ROOT files, whose conditions to take over.")
@click.option("--particle", help="Name or code; default: all that the run knows, equally often.")
@click.option("--condition", "conditions", multiple=True, metavar="NAME=VALUE", help="A further condition of the run.")
@click.option("--outside", is_flag=True, help="Allow conditions outside of those of the training.")
@click.option("--member", help="Which member of the run (seed2); default: the first.")
@click.option("--processor", type=click.Path(path_type=Path), help="Processor file, where that of the run has moved.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--batch", type=click.IntRange(1), default=10_000, show_default=True, help="Events that are written at a time."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE.root", help="The ntuple.")
def generate(
    *,
    run: Path,
    events: int | None,
    energy: float | None,
    energies: tuple[float, float] | None,
    spectrum: Spectrum,
    index: float,
    like: tuple[str, ...],
    particle: str | None,
    conditions: tuple[str, ...],
    outside: bool,
    member: str | None,
    processor: Path | None,
    seed: int,
    batch: int,
    output: Path,
) -> None:
    """Write examples that a generative RUN makes, as an ntuple with the layout that it was trained on."""
    from hepml import workflow
    from hepml.cli.terminal import Terminal

    if events is None and not like:
        msg = "--events N is missing: say how many, or take the conditions of others with --like"
        raise click.UsageError(msg)
    if energy is not None and energies is not None:
        msg = "--energy and --energies are both given: give one of the two"
        raise click.UsageError(msg)
    made = workflow.generate(
        run,
        output,
        events=events,
        energy=energy,
        energies=energies,
        spectrum=spectrum,
        index=index,
        like=like or None,
        particle=particle,
        conditions={name: _number(name, value) for name, value in read_settings(conditions).items()},
        outside=outside,
        member=member,
        processor=processor,
        seed=seed,
        batch=batch,
        progress=Terminal(),
    )
    rate = made.n_events / max(made.seconds, 1e-9)
    click.echo(f"{made.path}: {made.n_events} events, {made.seconds:.1f} s, {rate:,.0f} a second")


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        msg = f"--condition {name}={value}: give a number"
        raise click.UsageError(msg)
    return float(value)

"""What the README says exists, exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

from hepml.cli.main import commands
from hepml.options import validate_options
from hepml.recipe import Recipe

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERBS = re.findall(r"^\| `hepml ([^`]+)` \|", README, flags=re.MULTILINE)


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def find(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that `words` begin with, and the words after it."""
    command: click.Command = commands
    context = click.Context(commands)
    while isinstance(command, click.Group):
        inner = command.get_command(context, words[0]) if words else None
        assert inner is not None, f"`hepml` has no command {words[:1]}"
        command, words = inner, words[1:]
    return command, words


@pytest.mark.parametrize("verb", VERBS)
def test_verb_exists_with_its_options(verb):
    """Each row of the table of verbs is a command, with the options shown."""
    command, words = find(verb.replace("[", "").replace("]", "").split())
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_every_command_is_in_the_table():
    """No command is left out."""
    assert {verb.split()[0] for verb in VERBS} == set(commands.list_commands(click.Context(commands)))


@pytest.mark.parametrize("text", blocks("yaml"))
def test_recipes_are_valid(text):
    """Each YAML block is a recipe, with a processor file that exists."""
    recipe = validate_options(Recipe, yaml.safe_load(text), path="")
    assert (ROOT / recipe.processor.file).is_file()


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README))
def test_links_lead_somewhere(target):
    """Each relative link is a file of the project."""
    assert (ROOT / target).exists()


def test_make_targets_exist():
    """Each `make` command that is named is a target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z]+)", " ".join(re.findall(r"`[^`]+`", README) + blocks("sh"))))
    assert named
    assert named <= set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))

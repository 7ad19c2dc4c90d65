"""The recipe's JSON schema, by which editors underline: every recipe that is shipped or shown must pass it."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from hepml.recipe import recipe_schema

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ROOT.glob("examples/*/*.yaml")}
SHOWN = re.findall(r"```yaml\n(inputs:.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", [*SHIPPED.values(), *SHOWN], ids=[*SHIPPED, *["README"] * len(SHOWN)])
def test_recipes_pass(text):
    jsonschema.validate(yaml.safe_load(text), json.loads(recipe_schema()))


def test_a_misspelled_key_does_not_pass():
    recipe = yaml.safe_load(SHOWN[0]) | {"modles": {}}
    with pytest.raises(jsonschema.ValidationError, match="modles"):
        jsonschema.validate(recipe, json.loads(recipe_schema()))

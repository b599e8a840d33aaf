"""What a module offers is there."""

import importlib
import tomllib
from pathlib import Path

import pytest
import yaml

import initbook

PRIVATE = {"__init__", "_check"}
MODULES = sorted({path.stem for path in Path(initbook.__file__).parent.glob("*.py")} - PRIVATE)


@pytest.mark.parametrize("module", MODULES)
def test_every_name_that_a_module_offers_is_there(module):
    module = importlib.import_module(f"initbook.{module}")
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_the_version_is_the_same_in_all_places():
    root = Path(initbook.__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert initbook.__version__ == project["version"] == citation["version"]

"""What a module offers is there."""

import importlib
from pathlib import Path

import pytest

import initbook

PRIVATE = {"__init__", "_check"}
MODULES = sorted({path.stem for path in Path(initbook.__file__).parent.glob("*.py")} - PRIVATE)


@pytest.mark.parametrize("module", MODULES)
def test_every_name_that_a_module_offers_is_there(module):
    module = importlib.import_module(f"initbook.{module}")
    assert [name for name in module.__all__ if not hasattr(module, name)] == []

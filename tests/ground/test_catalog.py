"""Catalogs: names, unknown names, missing packages, rows of strangers."""

from importlib.metadata import EntryPoint

import pytest

from sfbench import catalog as module
from sfbench.catalog import Catalog
from sfbench.errors import SfbenchError

ROWS = {"sqrt": "math:sqrt", "floor": "math:floor"}


@pytest.fixture
def stranger(monkeypatch):
    """A package that adds a row, and tries to replace one."""
    added = (
        EntryPoint("fabs", "math:fabs", "sfbench.test"),
        EntryPoint("sqrt", "math:cbrt", "sfbench.test"),
    )
    monkeypatch.setattr(module, "entry_points", lambda group: added if group else ())


def test_a_name_gives_its_code():
    assert Catalog("function", ROWS)["sqrt"](9.0) == 3.0


def test_names_are_sorted_and_countable():
    functions = Catalog("function", ROWS)
    assert list(functions) == ["floor", "sqrt"]
    assert len(functions) == 2
    assert "floor" in functions
    assert "ceil" not in functions


def test_an_unknown_name_lists_the_known():
    with pytest.raises(SfbenchError, match="no function called 'sqr'; choose from floor, sqrt"):
        Catalog("function", ROWS)["sqr"]
    with pytest.raises(SfbenchError, match="no function called 'sqr'; choose from none"):
        Catalog("function", {})["sqr"]


def test_strangers_add_rows_but_replace_none(stranger):
    functions = Catalog("function", ROWS, group="sfbench.test")
    assert list(functions) == ["fabs", "floor", "sqrt"]
    assert functions["fabs"](-2.0) == 2.0
    assert functions["sqrt"](9.0) == 3.0


def test_a_catalog_without_a_group_takes_no_rows(stranger):
    assert list(Catalog("function", ROWS)) == ["floor", "sqrt"]


@pytest.mark.parametrize("missing", ["no_such_package", "no_such_package.part"])
def test_a_missing_package_is_named(missing):
    with pytest.raises(
        SfbenchError, match="'odd' needs no_such_package: pip install 'no_such_pack"
    ):
        Catalog("function", {"odd": f"{missing}:thing"})["odd"]


def test_a_missing_module_of_our_own_is_a_bug():
    with pytest.raises(ModuleNotFoundError):
        Catalog("function", {"odd": "sfbench.no_such_module:thing"})["odd"]


def test_nothing_is_imported_before_it_is_asked_for():
    functions = Catalog("function", {"odd": "no_such_package:thing"})
    assert "odd" in functions
    assert list(functions) == ["odd"]

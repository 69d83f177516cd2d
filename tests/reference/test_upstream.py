"""How code is taken from packages; these tests need none of them."""

import sys

import pytest

from sfbench.encoders.extractor import reference_extractors, reference_frame_extractors
from sfbench.encoders.reference.upstream import part, upstream
from sfbench.errors import SfbenchError
from tests.reference.packages import MISSING, PACKAGES


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that must not be imported, with a module that may be."""
    folder = tmp_path / "sfbench_test_fetches"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise OSError('a download')\n")
    (folder / "numbers.py").write_text("from . import more\nANSWER = more.ANSWER\n")
    (folder / "more.py").write_text("import warnings\nwarnings.warn('old')\nANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder.name
    for name in [name for name in sys.modules if name.startswith(folder.name)]:
        del sys.modules[name]


def test_a_part_of_a_package_is_had_without_running_the_whole(package):
    assert part(f"{package}.numbers").ANSWER == 42
    assert package not in sys.modules


def test_a_package_that_cannot_be_imported_says_why_and_what_fits(package):
    with pytest.raises(SfbenchError, match=r"cannot be imported \(a download\).*sfbench\[ref"):
        upstream(f"{package}.numbers")


def test_a_package_that_was_imported_already_is_left_as_it_is():
    import json

    assert part("json.decoder") is sys.modules["json.decoder"]
    assert sys.modules["json"] is json


@pytest.mark.parametrize("module", ["sfbench_no_such_package", "sfbench_no_such_package.models"])
def test_a_missing_package_is_named_with_the_line_to_type(module):
    for take in (upstream, part):
        with pytest.raises(SfbenchError, match=r"pip install 'sfbench\[reference\]'"):
            take(module)


@pytest.mark.skipif(list(PACKAGES) != MISSING, reason="some of the packages are installed")
@pytest.mark.parametrize("name", sorted([*reference_extractors, *reference_frame_extractors]))
def test_a_reference_without_its_package_says_what_to_type(name):
    catalog = reference_extractors if name in reference_extractors else reference_frame_extractors
    with pytest.raises(SfbenchError, match=r"pip install 'sfbench\[reference\]'"):
        catalog[name]("cpu")

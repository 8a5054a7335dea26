"""Kinds of list: each an object, found by its name."""

import pytest

from rankcrawler.errors import SettingError
from rankcrawler.model import kinds


def test_a_kind_is_found_by_its_name() -> None:
    assert {name: kinds.named(name).name for name in kinds.KINDS} == {"ranklist": "ranklist", "audience": "audience"}


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SettingError, match=r"^kind must be ranklist or audience, not 'seats'$"):
        kinds.named("seats")

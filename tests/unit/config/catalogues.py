"""Catalogues to be changed, and what they say when they refuse."""

from collections.abc import Mapping
from typing import Any

import pytest

from sidecar.config.catalogue import Catalogue
from sidecar.domain.errors import InvalidSetting


def catalogue_of(**servers: Mapping[str, object]) -> Catalogue:
    """A catalogue of these servers, written as JSON writes them."""
    catalogue = Catalogue()
    catalogue.put_json(servers)
    return catalogue


def refusal_of_put(catalogue: Catalogue, servers: Any) -> tuple[str, str]:
    """The field that is refused and why; nothing may change then."""
    before = catalogue.specs
    with pytest.raises(InvalidSetting) as caught:
        catalogue.put_json(servers)
    assert catalogue.specs == before
    return caught.value.field, str(caught.value)


def refusal_of_change(catalogue: Catalogue, changes: Any, name: str = "api") -> tuple[str, str]:
    """The field that is refused and why; nothing may change then."""
    before = catalogue.specs
    with pytest.raises(InvalidSetting) as caught:
        catalogue.change(name, changes)
    assert catalogue.specs == before
    return caught.value.field, str(caught.value)

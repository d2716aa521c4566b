"""What a release says of itself, and where it says it: one version, one licence."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from anglipy import __version__

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)["project"]
    return found


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    return found


def test_there_is_one_version(project: dict[str, Any], citation: dict[str, Any]) -> None:
    changes = (ROOT / "docs" / "changelog.md").read_text(encoding="utf-8")
    newest = re.search(r"^## ([^,\n]+)", changes, re.MULTILINE)
    assert newest is not None
    assert {project["version"], citation["version"], newest[1]} == {__version__}


def test_there_is_one_licence(project: dict[str, Any], citation: dict[str, Any]) -> None:
    assert project["license"] == citation["license"] == "BSD-3-Clause"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause License")


def test_the_citation_can_be_read(citation: dict[str, Any]) -> None:
    assert {"cff-version", "message", "title", "authors", "references"} <= citation.keys()
    for work in citation["references"]:
        assert all({"family-names", "given-names"} <= author.keys() for author in work["authors"])
        assert {"type", "title", "year", "conference"} <= work.keys()


def test_every_extra_is_told_of(project: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    extras = project["optional-dependencies"].keys()
    assert {name for name in extras if f"`{name}`" not in readme} == set()

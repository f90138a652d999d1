"""The project's own pages are held against the examples like anybody's."""

import re
from pathlib import Path

import pytest

from dvara_examples.docs_ci.check import check_pages
from dvara_examples.docs_ci.find import declared
from dvara_examples.docs_ci.page import load_page
from dvara_examples.manifest import load_manifest

REPOSITORY = Path(__file__).resolve().parents[2]
MANIFEST = load_manifest(REPOSITORY / "examples" / "manifest.yaml", REPOSITORY)
PAGES = tuple(declared(MANIFEST))
COOKBOOK = REPOSITORY / "docs" / "streaming-end-to-end.md"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_in_step(path: Path) -> None:
    """`make docs` writes it again where an example or the manifest has changed."""
    ((_, statuses),) = check_pages([load_page(path, path.name)], MANIFEST)
    assert [f"{s.line}: {s.state}: {s.sentence}" for s in statuses if not s.good] == []


def test_the_readme_has_the_table_of_the_examples() -> None:
    """It is written from the manifest."""
    assert len(load_page(REPOSITORY / "README.md", "README.md").tables) == 1


def test_the_cookbook_shows_every_streaming_example_in_every_language() -> None:
    """All of its code is taken from regions; none is excused, and none is the page's own."""
    ((_, statuses),) = check_pages([load_page(COOKBOOK, COOKBOOK.name)], MANIFEST)
    shown = {status.variant.id for status in statuses if status.variant}
    streaming = {v.id for e in MANIFEST.examples if e.id.startswith("stream-") and not e.opt_in for v in e.variants}
    assert shown == streaming
    assert {status.state.value for status in statuses} == {"in step"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_links_of_a_page_lead_somewhere(path: Path) -> None:
    """Within the repository, files and headings."""
    text = path.read_text("utf-8")
    for target, _, anchor in (link.partition("#") for link in re.findall(r"\]\(((?!https?:)[^)\s]+)\)", text)):
        file = path.parent / target if target else path
        assert file.exists(), target
        headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE) if anchor else []
        slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert not anchor or anchor in slugs, f"{target}#{anchor}"

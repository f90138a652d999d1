"""Pages that others wrote: what the packages that these tests install say of themselves, in Markdown."""

from collections import Counter
from email import message_from_string
from importlib.metadata import distributions
from pathlib import Path

from bench.pages import make_sources, try_page


def test_pages_of_other_projects_change_in_their_named_fences_alone(tmp_path: Path) -> None:
    """With every fence named that can be, sync writes the content of these, and leaves every other byte as it was."""
    sources = make_sources(tmp_path)
    counts: Counter[str] = Counter()
    for path in _pages(tmp_path):
        try_page(path, sources, counts)

    assert counts["WRONG"] == 0
    assert counts["refused"] == 0
    assert counts["pages"] > 20
    assert counts["fences named"] > 50


def _pages(folder: Path) -> list[Path]:
    """Write each package's own page into *folder*, once as it is and once with the line ends of Windows."""
    pages = []
    for distribution in distributions():
        about = message_from_string(distribution.read_text("METADATA") or "")
        if distribution.name != "dvara-examples" and (about["Description-Content-Type"] or "").startswith("text/markdown"):
            text = str(about.get_payload())
            for name, ends in (("unix", "\n"), ("windows", "\r\n")):
                path = folder / f"{distribution.name}-{name}.md"
                path.write_text(text.replace("\n", ends), "utf-8", newline="")
                pages.append(path)
    return pages

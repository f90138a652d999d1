"""What is not looked at is told, so that nobody believes that it was checked."""

import io
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.docs_ci.find import load_pages
from dvara_examples.docs_ci.not_read import not_read

PAGE = """# Page

The tag `<pre>` in a sentence is none, <!-- <pre> --> nor is one in a comment.

<pre><code>import openai
</code></pre>

    import openai

```html
<pre>in a fence</pre>
```

```pycon
>>> import openai
```

```jsx
<App />
```

```json
{}
```
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository with pages in several formats."""
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "page.md").write_text(PAGE)
    (tmp_path / "docs" / "plain.md").write_text("# Plain\n\n```python\nprint()\n```\n")
    (tmp_path / "docs" / "old.rst").write_text("")
    (tmp_path / "docs" / "built.html").write_text("")
    (tmp_path / "docs" / "deep" / "other.rst").write_text("")
    (tmp_path / "docs" / "deep" / "book.ipynb").write_text("")
    out = io.StringIO()
    return World({}, tmp_path, tmp_path, tmp_path / "manifest.yaml", tmp_path, tmp_path, out, out)


def lines(world: World, *named: str, asked: tuple[str, ...] | None = None) -> list[str]:
    """Return what is told of the pages that are *named*; *asked* is what the user named, where that is something else."""
    return list(not_read(tuple((page, ()) for page in load_pages(named, world)), named if asked is None else asked, world))


def test_code_that_is_in_no_fence_of_a_known_language(world: World) -> None:
    """HTML, indented code, and fences whose language sounds like one that is known; a page without any has no line."""
    said = "  not read  docs/page.md: 1 block in HTML (<pre>), 1 indented block, 2 fences in jsx, pycon"
    assert lines(world, "docs/page.md") == [said]
    assert lines(world, "docs/plain.md") == []


def test_pages_in_other_formats(world: World) -> None:
    """In a folder that was named, and below; without a name, next to the pages that the manifest names."""
    assert lines(world, "docs")[1:] == [
        "  not read  docs: pages in other formats: Jupyter notebook (1), reStructuredText (2)",
    ]
    assert lines(world, "docs/plain.md", asked=()) == ["  not read  docs: pages in other formats: reStructuredText (1)"]

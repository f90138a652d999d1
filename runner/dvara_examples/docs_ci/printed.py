"""The scripts that a page prints: each fence in place of its region, or alone, with placeholders replaced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dvara_examples.core.errors import PageError
from dvara_examples.core.language import Language
from dvara_examples.docs_ci.directives import RunsAs, Shows
from dvara_examples.docs_ci.highlights import without_options
from dvara_examples.docs_ci.page import Page, Snippet
from dvara_examples.docs_ci.placeholders import Unmappable, mapped, renamed_variables
from dvara_examples.docs_ci.regions import split_lines
from dvara_examples.docs_ci.sources import Source, Sources, Unknown, read_script
from dvara_examples.manifest import Example, Variant
from dvara_examples.toolchains import load_toolchain


@dataclass(frozen=True, slots=True)
class PrintedScript:
    """One script as printed on a page: *lines* are those of its fences on the page, from 1, and *name* is its file name.

    *run_id* names the run's example: the page and the example, with a number from the second script on
    (``guide.md#stream-basic#2``). Code of the page's *own* has the line of its directive (``guide.md:12#stream-basic``).
    """

    run_id: str
    example: Example
    variant: Variant
    lines: tuple[int, ...]
    name: str
    text: str
    own: bool

    @property
    def variant_id(self) -> str:
        """The id of the run."""
        return f"{self.run_id}[{self.variant.language}]"


@dataclass(frozen=True, slots=True)
class _Part:
    """A fence and what it replaces; without a source it is a script by itself."""

    snippet: Snippet
    example: Example
    variant: Variant
    source: Source | None = None


def printed_scripts(page: Page, page_id: str, sources: Sources, *, strict: bool = True) -> tuple[PrintedScript, ...]:
    """Return the scripts that *page* prints, in its order.

    The fences of a page that show different regions of one script are put into it together. Raises Unknown if a directive
    names what is not there, unless told not to be *strict*, and PageError where a placeholder cannot be mapped.
    """
    scripts: list[PrintedScript] = []
    groups: dict[str, list[list[_Part]]] = {}
    for part in _parts(page, sources, strict=strict):
        several = groups.setdefault(part.variant.id, [])
        if part.source is None:
            scripts.append(_script(page, f"{page_id}:{part.snippet.about_line}#{part.example.id}", [part]))
        elif (fitting := next((group for group in several if _fits(part, group)), None)) is not None:
            fitting.append(part)
        else:
            several.append([part])
    for several in groups.values():
        for number, group in enumerate(several, 1):
            run_id = f"{page_id}#{group[0].example.id}" + (f"#{number}" if number > 1 else "")
            scripts.append(_script(page, run_id, group))
    return tuple(sorted(scripts, key=lambda script: script.lines))


def _parts(page: Page, sources: Sources, *, strict: bool) -> Iterator[_Part]:
    for snippet in page.snippets:
        try:
            match snippet.about:
                case RunsAs():
                    yield _Part(snippet, *sources.variant(snippet.about, snippet.language))
                case Shows():
                    source = sources.find(snippet.about, snippet.language)
                    yield _Part(snippet, source.example, source.variant, source)
        except Unknown as error:
            if strict:
                raise Unknown(error.diagnosis.under(f"{page.shown}:{snippet.line}: ")) from None


def _fits(part: _Part, group: Sequence[_Part]) -> bool:
    """Tell whether a fence can join the script of *group*: its region overlaps none of theirs."""
    assert part.source is not None
    mine = part.source.region
    regions = [other.source.region for other in group if other.source is not None]
    return all(mine.last_line < other.first_line or other.last_line < mine.first_line for other in regions)


def _script(page: Page, run_id: str, group: Sequence[_Part]) -> PrintedScript:
    first = group[0]
    lines = tuple(sorted(part.snippet.line for part in group))
    if first.source is None:
        text = _own(page, first)
        return PrintedScript(
            run_id,
            first.example,
            first.variant,
            lines,
            _spelling(first.variant).named(text, first.variant.file.name),
            text,
            own=True,
        )
    script = split_lines(read_script(first.variant.file))
    for part in sorted(group, key=lambda part: part.source.region.first_line if part.source else 0, reverse=True):
        if part.source is not None:
            region = part.source.region
            code = _mapped(page, part).split("\n")
            script[region.first_line - 1 : region.last_line] = [region.indent + line if line else line for line in code]
    return PrintedScript(
        run_id, first.example, first.variant, lines, first.variant.file.name, "\n".join(script) + "\n", own=False
    )


def _own(page: Page, part: _Part) -> str:
    """Return the page's own code, with what it lacks from its example's script."""
    return _spelling(part.variant).completed(_mapped(page, part) + "\n", read_script(part.variant.file))


def _mapped(page: Page, part: _Part) -> str:
    snippet = part.snippet
    try:
        code = renamed_variables("\n".join(without_options(snippet.fence.lines)), page.variables)
        return mapped(code, part.variant.language, page.placeholders)
    except Unmappable as error:
        raise PageError(error.diagnosis.under(f"{page.shown}:{snippet.line + error.line}: ")) from None


def _spelling(variant: Variant) -> Language:
    return load_toolchain(variant.language).spelling

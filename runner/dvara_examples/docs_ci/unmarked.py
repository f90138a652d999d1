"""Pages without comments for this tool: runs every fence that can run, and prints every guess."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dvara_examples.core.language import Reading
from dvara_examples.core.world import World
from dvara_examples.docs_ci.check import page_id
from dvara_examples.docs_ci.elsewhere import asks_elsewhere
from dvara_examples.docs_ci.guesses import (
    SHELLS,
    Guess,
    Guesses,
    begins_address,
    curl_commands,
    installed_packages,
    placeholders,
    sends_key,
    sets_variable,
    shell_variables,
    shell_with_values,
    short,
    with_key,
)
from dvara_examples.docs_ci.markdown import Fence
from dvara_examples.docs_ci.page import Page, language_of, word_of
from dvara_examples.docs_ci.placeholders import Unmappable, mapped, renamed_variables
from dvara_examples.docs_ci.printed import PrintedScript
from dvara_examples.manifest import Example, Manifest, Origin, Variant
from dvara_examples.records.model import Limits
from dvara_examples.records.results import SourceLine
from dvara_examples.scaffold.adopt import signs
from dvara_examples.scaffold.adopt.script import ADDRESS_VARIABLE, KEY_VARIABLE, asks_nothing, cannot_run
from dvara_examples.scaffold.script_lines import code_of
from dvara_examples.session.choice import Chosen, PrintedCode
from dvara_examples.toolchains import Packages, load_toolchain
from dvara_examples.toolchains._tools import which

_PATIENT = Limits(wall_s=150.0, idle_s=100.0)
"""For code that nobody has run here before: large libraries load for half a minute without a word."""
_CURL_SCRIPT = '''"""Runs a command of a page in a shell."""

import subprocess
import sys

sys.exit(subprocess.run(["sh", "-ec", {command!r}], check=False).returncode)
'''


@dataclass(frozen=True, slots=True)
class Tried:
    """What to run, the guesses for it, and the fences that are left out, each with the reason."""

    chosen: Chosen
    guesses: Mapping[str, tuple[Guess, ...]]
    left_out: Mapping[str, tuple[Guess, ...]]


@dataclass(slots=True)
class _Chain:
    """Fences that continue each other."""

    language: str
    fences: list[Fence] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.parts)


def choose_unmarked(pages: Sequence[Page], world: World) -> Tried:
    """Select every fence of *pages* that can run; starts nothing."""
    examples: list[Example] = []
    scripts: dict[str, PrintedScript] = {}
    printed: dict[str, PrintedCode] = {}
    guessed: dict[str, tuple[Guess, ...]] = {}
    left_out: dict[str, tuple[Guess, ...]] = {}
    for page in pages:
        guesses, missed = Guesses(), list[Guess]()
        for script in _scripts(page, world, guesses, missed):
            examples.append(script.example)
            scripts[script.variant.id] = script
            printed[script.variant.id] = PrintedCode(script.name, script.text, ("docs", "run", page.shown), any_key=True)
        if scripts:
            guesses.say(1, ANY_KEY)
            guessed[page.shown] = tuple(sorted(guesses.found, key=lambda guess: guess.line))
        left_out[page.shown] = tuple(missed)
    variants = tuple(script.variant for script in scripts.values())
    manifest = Manifest(world.manifest_path, world.root, tuple(examples))
    places = {each.variant.id: tuple(SourceLine(each.variant.relative, line) for line in each.lines) for each in scripts.values()}
    return Tried(Chosen(manifest, variants, lambda: places, printed=printed), guessed, left_out)


ANY_KEY = "any key in the code is accepted as the key of the run"


def _scripts(page: Page, world: World, guesses: Guesses, missed: list[Guess]) -> Iterator[PrintedScript]:
    installed: list[tuple[str, int, tuple[str, ...]]] = []
    for fence in page.fences:
        for language, index, names in installed_packages(fence.lines):
            installed.append((language, fence.start, names))
            guesses.say(fence.start + 2 + index, f"{language} needs {', '.join(names)}")
    chains = list(_chains(page, missed))
    for chain in chains:
        for fence, part in zip(chain.fences, chain.parts, strict=True):
            placeholders(part, fence.start + 2, guesses)
    for chain in chains:
        if len(chain.fences) > 1:
            lines = ", ".join(str(fence.start + 1) for fence in chain.fences)
            guesses.say(chain.fences[0].start + 1, f"the fences on the lines {lines} continue one another")
        last = chain.fences[-1].start
        before = {
            name: None for language, line, names in installed if language == chain.language and line < last for name in names
        }
        own = {**before, **_imported(chain, guesses, before)}
        try:
            text = mapped(renamed_variables(chain.text, list(guesses.variables.items())), chain.language, _pairs(chain, guesses))
        except Unmappable as error:
            missed.append(Guess(chain.fences[0].start + error.line, str(error)))
            continue
        yield _printed(page, world, chain, text, tuple(own))
    yield from _curl_scripts(page, world, guesses, missed)


def _pairs(chain: _Chain, guesses: Guesses) -> list[tuple[str, str]]:
    """Return what the texts in *chain* stand for: Anthropic's clients append ``/v1`` to an address themselves."""
    if not _OF_ANTHROPIC.search(chain.text):
        return list(guesses.pairs.items())
    roots = {text for text, ours in guesses.pairs.items() if ours == "DVARA_URL" and not text.endswith("/v1")}
    for text in roots:
        if text in chain.text:
            guesses.say(chain.fences[0].start + 1, f'"{text}" is without /v1 here, as Anthropic\'s client adds that')
    return [(text, "ANTHROPIC_BASE_URL" if text in roots else ours) for text, ours in guesses.pairs.items()]


_OF_ANTHROPIC = re.compile(r"\b(?:Async)?Anthropic\(|\bChatAnthropic\(|AnthropicOkHttpClient")


def _chains(page: Page, missed: list[Guess]) -> Iterator[_Chain]:
    """Yield the fences that can run, each with those that it continues: a part that asks no model may come first."""
    by_language: dict[str, list[_Chain]] = {}
    for fence in page.fences:
        language = language_of(fence.info)
        if language is None:
            continue
        if not fence.closed:
            missed.append(Guess(fence.start + 1, "this fence is never closed"))
            continue
        text = "\n".join(fence.lines)
        chains = by_language.setdefault(language, [])
        chain = next((each for each in reversed(chains) if _reading(language).continues(each.text, text)), None)
        if chain is None:
            chains.append(_Chain(language, [fence], [text]))
        else:
            chain.fences.append(fence)
            chain.parts.append(text)
    found = sorted((chain for chains in by_language.values() for chain in chains), key=lambda chain: chain.fences[0].start)
    for chain in found:
        if (reason := _not_alone(chain.text, chain.language)) is None:
            yield chain
        else:
            missed.extend(Guess(fence.start + 1, reason) for fence in chain.fences)


def _not_alone(text: str, language: str) -> str | None:
    """Return why *text* cannot be a script by itself, or None."""
    code = code_of(text)
    reading = _reading(language)
    imported = reading.imports(code)
    if not any(map(reading.is_client, imported)) and not signs.SPEAKS.search(text):
        return asks_nothing(imported, reading)
    if (reason := reading.not_alone(text, code) or cannot_run(code, None) or asks_elsewhere(code, text, reading)) is not None:
        return reason
    return None if signs.ASKS.search(code) or _CALLS.search(code) else "sends no request"


_CALLS = re.compile(
    r"\.(?:a?create_\w+|a?list|a?retrieve|a?embed\w*|a?predict|a?complete|a?run\w*|a?invoke|a?stream\w*|a?batch|a?generate\w*|a?query|a?chat|kickoff\w*"
    r"|get|post|send|request|execute)\(|\b(?:a?completion|a?responses|a?embedding|embed\w*|generate\w*|stream\w*)\(|\bcurl\b"
)
"""Calls by which client libraries ask a model, beyond the usual ones."""


def _reading(language: str) -> Reading:
    return load_toolchain(language).spelling.reading


def _imported(chain: _Chain, guesses: Guesses, installed: Mapping[str, None]) -> dict[str, None]:
    """Guess the packages of *chain* from its imports, except those that the page has *installed*."""
    reading = _reading(chain.language)
    imported = reading.imports(code_of(chain.text))
    found = (reading.package_of(name) for name in imported if reading.is_client(name) or name in reading.companions)
    there = {_PLAIN_NAME.match(each.replace("_", "-").lower())[0] for each in installed}  # type: ignore[index]
    names = dict.fromkeys(name for name in found if name is not None and name.lower() not in there)
    if names:
        guesses.say(chain.fences[0].start + 1, f"{chain.language} needs {', '.join(names)}, as it imports that")
    return names


_PLAIN_NAME = re.compile(r"@?[^\[<>=!~@;\s]*")
"""What a package is called, without extras and versions."""


def _curl_scripts(page: Page, world: World, guesses: Guesses, missed: list[Guess]) -> Iterator[PrintedScript]:
    for fence in page.fences:
        if fence.info.strip().partition(" ")[0].strip("{.}").lower() not in SHELLS or not fence.closed:
            continue
        for index, command in curl_commands(fence.lines):
            line = fence.start + 2 + index
            if not signs.SPEAKS.search(command):
                missed.append(Guess(line, f"asks no model: {short(command)}"))
                continue
            if world.env("PATH") is not None and which("curl", world) is None:
                missed.append(Guess(line, "needs curl, which is not on PATH"))
                continue
            placeholders(command, line, guesses)
            unknown = _name_variables(command, line, guesses)
            set_before = [line for line in fence.lines[:index] if any(sets_variable(line, name) for name in unknown)]
            if len(set_before) < len(unknown):
                missed.append(Guess(line, f"uses ${unknown[0]}, which nothing on the page sets"))
                continue
            given = shell_with_values(command, guesses)
            if not sends_key(command):
                guesses.say(line, "the command sends no key, and gets that of the run")
                given = with_key(given)
            given = "\n".join((*set_before, given))
            chain = _Chain("python", [fence], [command])
            text = _CURL_SCRIPT.format(command=given)
            yield _printed(page, world, chain, text, (), f"{line}#curl", line)


def _name_variables(command: str, line: int, guesses: Guesses) -> tuple[str, ...]:
    """Use the variables of a shell *command* as address and key, and return the others."""
    unknown = []
    for name in shell_variables(command):
        if name in ("DVARA_URL", "DVARA_API_KEY"):
            continue
        if KEY_VARIABLE.search(name):
            guesses.variable(line, name, "DVARA_API_KEY")
        elif ADDRESS_VARIABLE.search(name) or begins_address(command, name):
            guesses.variable(line, name, "DVARA_URL")
        else:
            unknown.append(name)
    return tuple(unknown)


def _printed(
    page: Page, world: World, chain: _Chain, text: str, packages: tuple[str, ...], name: str = "", line: int = 0
) -> PrintedScript:
    """Return the script of *chain*, with the expectations for any script that asks a model."""
    shown = page_id(page, world)
    lines = (line,) if line else tuple(fence.start + 1 for fence in chain.fences)
    run_id = f"{shown}:{name or lines[0]}"
    expect: dict[str, object] = {"exit": 0, "requests": {"min": 1}, "ends": "whole"}
    origin = Origin(page.shown, lines[0], 1)
    file = page.path.with_name(f"{_file_name(chain, text)}")
    variant = Variant(run_id, chain.language, file, shown, (), {}, _PATIENT, expect, None, None, origin)
    variant = replace(variant, packages=Packages(packages))
    example = Example(run_id, short(page.shown), (), (), (), expect, _PATIENT, (variant,), origin)
    return PrintedScript(run_id, example, variant, lines, file.name, text + "\n", own=True)


def _file_name(chain: _Chain, text: str) -> str:
    toolchain = load_toolchain(chain.language)
    stem = toolchain.spelling.stem(["page"])
    words = (word_of(fence.info) for fence in chain.fences)
    typed = next(filter(None, (toolchain.spelling.typed(word or "") for word in words)), "")
    return f"{stem}{typed}" if typed else toolchain.spelling.named(text, f"{stem}{toolchain.suffixes[0]}")


def guess_lines(tried: Tried) -> Iterator[str]:
    """Yield, for people, the guesses and the fences that are left out, with the page's lines."""
    for page, guesses in tried.guesses.items():
        yield from (f"guess  {page}:{guess.line}  {guess.sentence}" for guess in guesses)
    for page, missed in tried.left_out.items():
        yield from (f"left out  {page}:{guess.line}  {guess.sentence}" for guess in sorted(missed, key=lambda guess: guess.line))


def is_unmarked(page: Page) -> bool:
    """Tell whether *page* has no comment for this tool."""
    return not page.tables and not page.problems and all(snippet.about is None for snippet in page.snippets)

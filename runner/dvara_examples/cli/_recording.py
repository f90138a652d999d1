"""The output of ``record``: shows the entry, or writes it."""

import os
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ExitCode
from dvara_examples.core.world import World
from dvara_examples.manifest import Example
from dvara_examples.scaffold.entry import entry_lines
from dvara_examples.scaffold.names import checked_id
from dvara_examples.scaffold.new import add_entry, add_variant, existing, refuse_taken
from dvara_examples.session.recording import Recorded, ToRecord, language_of, record


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of the command; with an *example_id* the entry is written."""

    file: Path
    example_id: str | None
    title: str | None
    gateway: str


def record_and_show(world: World, wish: Wish) -> int:
    """Run the script once, then show the entry or write it; return the exit code."""
    if wish.example_id is not None:
        checked_id(wish.example_id)
    file = Path(os.path.abspath(world.cwd / wish.file))  # noqa: PTH100 - resolve() would follow a link out of the folder
    order = ToRecord(file, wish.example_id, wish.title, _to_join(file, wish.example_id, world))
    recorded = record(order, world, wish.gateway, lambda step: _say(world, f"  preparing  {step}"))
    if recorded is None:
        return ExitCode.INTERRUPTED
    if recorded.joins and wish.example_id is not None:
        written = add_variant(wish.example_id, recorded.language, recorded.path, world, file)
        world.stdout.write(f"wrote {world.shown(written)}\n")
        world.stdout.write(f"next: dvara-examples run '{wish.example_id}[{recorded.language}]' --verbose\n")
        return ExitCode.OK
    if wish.example_id is None:
        world.stdout.write("".join(f"{line}\n" for line in entry_lines(recorded.entry)))
    else:
        for path in add_entry(recorded.entry, world, about=file):
            world.stdout.write(f"wrote {world.shown(path)}\n")
        world.stdout.write(f"next: dvara-examples run {wish.example_id} --verbose\n")
    _tell_left_out(recorded, world)
    return ExitCode.OK


def _to_join(file: Path, example_id: str | None, world: World) -> Example | None:
    """Return the example that *file* joins as another language. Raises SelectionError if it already has that language."""
    own = existing(world, (file,)) if example_id is not None else None
    if own is None:
        return None
    found = next((example for example in own.examples if example.id == example_id), None)
    if found is not None and language_of(file) in {variant.language for variant in found.variants}:
        refuse_taken(own, found.id)
    return found


def _tell_left_out(recorded: Recorded, world: World) -> None:
    _say(world, "not asserted:")
    for reason in recorded.not_asserted:
        _say(world, f"  {reason}")


def _say(world: World, text: str) -> None:
    world.stderr.write(f"{text}\n")
    world.stderr.flush()

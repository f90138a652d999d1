"""A new example: its scripts, made from those of another one, and its entry in the manifest."""

import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from dvara_examples.core.errors import Diagnosis, DvaraExamplesError, ManifestError, SelectionError
from dvara_examples.core.values import did_you_mean
from dvara_examples.core.world import World
from dvara_examples.manifest import Example, Manifest, Variant, load_manifest, manifest_of
from dvara_examples.manifest.schema import schema_text
from dvara_examples.scaffold.entry import entry_lines
from dvara_examples.scaffold.insertion import inserted, with_variant
from dvara_examples.scaffold.listings import listings_for
from dvara_examples.scaffold.names import checked_id, renamed, stem_for
from dvara_examples.scaffold.writing import write_all
from dvara_examples.toolchains import languages, load_toolchain

TEMPLATE = "stream-basic"
SCHEMA = "manifest.schema.json"
BEGINNING = f"# yaml-language-server: $schema={SCHEMA}\nversion: 1\n\nexamples:\n"
_NOT_COPIED = ("title", "tags", "opt_in", "explicit", "pages", "variants")


@dataclass(frozen=True, slots=True)
class NewExample:
    """What is wanted: an *id*, and, where they are not left open, a *title*, *languages* and the example it is made *from*."""

    id: str
    title: str | None = None
    languages: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What was written, in this order, and what there is to know about it."""

    files: tuple[Path, ...]
    remarks: tuple[str, ...] = ()


def create_example(order: NewExample, world: World, shipped: Path) -> Made:
    """Write the scripts and the entry that *order* asks for, and a manifest if there is none; all of it or nothing.

    *shipped* is the folder of the examples that come with this tool. Raises SelectionError for an id or a file that is taken,
    and ManifestError where the manifest is wrong, or cannot be added to.
    """
    example_id = checked_id(order.id)
    own = existing(world)
    if own is not None:
        refuse_taken(own, example_id)
    manifest, example = _source(order, own, shipped, world)
    files: dict[Path, bytes] = {}
    remarks: list[str] = []
    variants: dict[str, object] = {}
    for language, variant in _wanted(example, order.languages).items():
        folder = _folder(language, own, world)
        script, text = _script(variant, example_id, folder) if variant else _starter(language, example_id, folder)
        files[script] = text.encode()
        variants[language] = os.path.relpath(script, world.manifest_path.parent).replace(os.sep, "/")
        more, remark = listings_for(language, folder, world.root, text, shipped)
        files |= more
        remarks += [remark] if remark else []
    entry = _entry(order, example_id, manifest, example, variants)
    return Made(add_entry(entry, world, files), tuple(remarks))


def add_entry(
    entry: Mapping[str, object], world: World, files: Mapping[Path, bytes] | None = None, about: Path | None = None
) -> tuple[Path, ...]:
    """Write *entry* as the manifest's last example, together with new *files*, and return all that was written.

    A manifest is begun if there is none; *about* is a script that is there and gets its entry now. Raises ManifestError, and
    writes nothing, where the outcome would be wrong.
    """
    more = {**(files or {}), **new_manifest_files(world)}
    write_all(more, world.manifest_path, manifest_with(entry, world), checker(world, about))
    return (*more, world.manifest_path)


def add_variant(example_id: str, language: str, path: str, world: World, about: Path) -> Path:
    """Add the script at *path* to the example *example_id* of the manifest, and return what was written: the manifest.

    Raises ManifestError, and writes nothing, where the outcome would be wrong.
    """
    text = world.manifest_path.read_bytes().decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    content = with_variant(text.removeprefix("\ufeff"), example_id, language, path, world.shown(world.manifest_path))
    write_all({}, world.manifest_path, (mark + content).encode(), checker(world, about, f"{example_id}[{language}]"))
    return world.manifest_path


def existing(world: World, also_named: Collection[Path] = ()) -> Manifest | None:
    """Return the manifest that is there, or None; scripts that are *also_named* may lie next to its own.

    Raises ManifestError if it is wrong.
    """
    if not world.manifest_path.exists():
        return None
    return manifest_of(world, also_named)


def refuse_taken(manifest: Manifest, example_id: str) -> None:
    """Raise SelectionError where *manifest* has *example_id* already."""
    for example in manifest.examples:
        if example.id == example_id:
            raise SelectionError(f"the example {example_id!r} already exists at {example.origin}", "choose another id")


def new_manifest_files(world: World) -> Mapping[Path, bytes]:
    """Return what a manifest that does not exist yet has next to it: its schema, for editors."""
    schema = world.manifest_path.with_name(SCHEMA)
    return {} if world.manifest_path.exists() or schema.exists() else {schema: schema_text().encode()}


def manifest_with(entry: Mapping[str, object], world: World) -> bytes:
    """Return the manifest's bytes with *entry* as its last example."""
    if not world.manifest_path.exists():
        return (BEGINNING + "".join(f"  {line}\n" for line in entry_lines(entry))).encode()
    text = world.manifest_path.read_bytes().decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return (mark + inserted(text.removeprefix("\ufeff"), entry_lines(entry), world.shown(world.manifest_path))).encode()


class checker:  # noqa: N801 - used like a function
    """Holds a draft of the manifest against what was there before: one more example or variant, and all others as they were.

    *about* is a script that is there and gets its entry now, *joined* the id of the variant that an example gets.
    """

    def __init__(self, world: World, about: Path | None = None, joined: str | None = None) -> None:
        self._world, self._joined = world, joined
        self._before = existing(world, (about,) if about else ())

    def __call__(self, draft: Path) -> None:
        """Raise ManifestError where the draft is not what it should be."""
        world = self._world
        try:
            after = load_manifest(draft, world.root, display=world.cwd)
        except ManifestError as error:
            shown = world.shown(world.manifest_path)
            raise error.renamed(world.shown(draft), shown) from None
        before = [_content(example) for example in self._before.examples] if self._before else []
        kept = after.examples if self._joined else after.examples[:-1]
        if [_content(example, self._joined) for example in kept] != before:
            cause = f"{world.shown(world.manifest_path)}: an entry cannot be added without changing others"
            raise ManifestError((Diagnosis(cause, "add it by hand"),))


def _content(example: Example, without: str | None = None) -> tuple[object, ...]:
    """Return what an entry says, without its place, and without one of its variants."""
    kept = [variant for variant in example.variants if variant.id != without]
    variants = [(v.id, v.relative, v.args, v.env, v.limits, dict(v.expect), v.skip) for v in kept]
    return (example.id, example.title, example.tags, example.needs, example.answers, dict(example.expect), variants)


def _source(order: NewExample, own: Manifest | None, shipped: Path, world: World) -> tuple[Manifest, Example]:
    """Return the example that the new one is made from, and its manifest: one's own, else one that is shipped."""
    theirs = load_manifest(shipped / "manifest.yaml", shipped.parent, display=world.cwd)
    wanted = order.source or TEMPLATE
    for manifest in (own, theirs) if order.source else (theirs,):
        for example in manifest.examples if manifest else ():
            if example.id == wanted:
                return manifest or theirs, example
    known = [example.id for manifest in (own, theirs) if manifest for example in manifest.examples]
    raise SelectionError(f"there is no example {wanted!r} to start from", did_you_mean(wanted, known))


def _wanted(example: Example, wanted: Sequence[str]) -> Mapping[str, Variant | None]:
    """Return the languages to write, each with the variant it is made from, or None if its own starter serves."""
    offered: dict[str, Variant | None] = {variant.language: variant for variant in example.variants}
    starting = {language for language in wanted if language in languages() and load_toolchain(language).spelling.starter}
    for language in wanted:
        if language not in offered and language not in starting:
            raise SelectionError(f"{example.id} has no variant in {language!r}", did_you_mean(language, offered))
    found = {language: variant for language, variant in offered.items() if not wanted or language in wanted}
    return found | {language: None for language in wanted if language not in offered}


def _folder(language: str, own: Manifest | None, world: World) -> Path:
    """Return where scripts of *language* lie: where most of them are, else in a folder of its name."""
    there = [variant.file.parent for variant in own.variants if variant.language == language] if own else []
    return Counter(there).most_common(1)[0][0] if there else world.manifest_path.parent / language


def _script(variant: Variant, example_id: str, folder: Path) -> tuple[Path, str]:
    text = variant.file.read_bytes().decode("utf-8")
    stem = stem_for(variant.language, example_id)
    spelling = load_toolchain(variant.language).spelling
    if spelling.clashes(stem, text):
        raise SelectionError(f"a class {stem} would hide one that the {spelling.title} script uses", "choose an id of two words")
    return _free(folder / f"{stem}{variant.file.suffix}"), renamed(text, variant.file.stem, example_id)


def _starter(language: str, example_id: str, folder: Path) -> tuple[Path, str]:
    toolchain = load_toolchain(language)
    return _free(folder / f"{stem_for(language, example_id)}{toolchain.suffixes[0]}"), toolchain.spelling.starter


def _free(path: Path) -> Path:
    if path.exists():
        raise SelectionError(f"{path} is there already", "choose another id, or remove it first")
    return path


def _entry(
    order: NewExample, example_id: str, manifest: Manifest, example: Example, variants: Mapping[str, object]
) -> dict[str, object]:
    """Return the entry as plain values: what the source's entry says, with the name, the title and the scripts of the new one."""
    raw = _raw(manifest, example.id)
    copied = {key: value for key, value in raw.items() if key not in ("id", *_NOT_COPIED)}
    title = order.title or example_id.replace("-", " ").capitalize()
    return {"id": example_id, "title": title, **copied, "variants": _with_details(raw, variants)}


def _with_details(raw: Mapping[str, object], variants: Mapping[str, object]) -> dict[str, object]:
    """Return *variants*, each with what the source's variant says next to its file."""
    theirs = raw.get("variants")
    result = dict(variants)
    for language, path in variants.items():
        said = theirs.get(language) if isinstance(theirs, Mapping) else None
        if isinstance(said, Mapping):
            result[language] = {**said, "file": path}
    return result


def _raw(manifest: Manifest, example_id: str) -> Mapping[str, object]:
    """Return an entry of a valid manifest as it is written, aliases followed."""
    for entry in yaml.safe_load(manifest.path.read_bytes())["examples"]:
        if entry["id"] == example_id:
            raw: Mapping[str, object] = entry
            return raw
    raise DvaraExamplesError(f"{manifest.path} has changed meanwhile", "run again")

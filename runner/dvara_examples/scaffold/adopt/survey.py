"""From a folder to drafts of its examples, and to what was left out and why; then the manifest with these added."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dvara_examples.core.errors import Diagnosis, ManifestError
from dvara_examples.core.world import World
from dvara_examples.manifest import Manifest
from dvara_examples.manifest.loader import load_manifest
from dvara_examples.scaffold.adopt.groups import Draft, group
from dvara_examples.scaffold.adopt.packages import guessed_packages
from dvara_examples.scaffold.adopt.script import ASKS_NOTHING, IS_LIBRARY, NO_KNOWN_CLIENT, Surveyed, survey_script
from dvara_examples.scaffold.adopt.text import draft_lines, header, seen_from
from dvara_examples.scaffold.adopt.walk import script_files
from dvara_examples.scaffold.insertion import inserted, with_variant
from dvara_examples.scaffold.new import SCHEMA, existing, new_manifest_files
from dvara_examples.scaffold.writing import write_all
from dvara_examples.toolchains import languages, load_toolchain


@dataclass(frozen=True, slots=True)
class Survey:
    """The findings in a folder: *drafts* are new, *joining* are scripts that become another language of an example.

    *known* counts scripts that the manifest already has, and *left_out* are those that are not examples.
    *lists* are the files that declare dependencies, each with the number of scripts it is for; *own* is the manifest as it was.
    """

    drafts: tuple[Draft, ...]
    joining: tuple[tuple[str, Surveyed], ...]
    left_out: tuple[Surveyed, ...]
    known: int
    lists: tuple[tuple[str, int], ...]
    own: Manifest | None = None

    @property
    def scripts(self) -> tuple[Surveyed, ...]:
        """Every script that is new."""
        return (*(script for draft in self.drafts for script in draft.scripts.values()), *(script for _, script in self.joining))


def survey(folder: Path, world: World) -> Survey:
    """Look through *folder*; nothing is run or written. Raises ManifestError if the existing manifest is wrong."""
    suffixes = {suffix: language for language in languages() for suffix in load_toolchain(language).suffixes}
    files = list(script_files(folder, tuple(suffixes)))
    own = existing(world, files)
    named = {variant.file for variant in own.variants} if own else set()
    found = [
        survey_script(file, file.relative_to(world.root).as_posix(), suffixes[_suffix(file, suffixes)])
        for file in files
        if file not in named
    ]
    found = _with_own_libraries(found)
    included = [script for script in found if script.left_out is None]
    taken = {example.id for example in own.examples} if own else set()
    drafts = group(included, world.root, ())
    joining, fresh = _joining(drafts, own)
    if taken:
        drafts = group([script for draft in fresh for script in draft.scripts.values()], world.root, taken)
    lists, base = _lists(included, world.root), world.manifest_path.parent
    drafts = tuple(replace(draft, packages=guessed_packages(draft.runnable, lists, world.root, base)) for draft in drafts)
    left_out = tuple(script for script in found if script.left_out is not None)
    return Survey(drafts, joining, left_out, len(files) - len(found), _counted(lists), own)


def _with_own_libraries(found: Sequence[Surveyed]) -> list[Surveyed]:
    """Return *found* after a second look at scripts that import a library of the repository which asks a model."""
    own = {package for script in found if script.left_out == IS_LIBRARY and (package := _package_of(script.file))}
    if not own:
        return list(found)
    libraries = frozenset(own)
    return [
        survey_script(each.file, each.relative, each.language, libraries)
        if each.left_out in (ASKS_NOTHING, NO_KNOWN_CLIENT)
        else each
        for each in found
    ]


def _package_of(file: Path) -> str:
    """Return the name of the topmost Python package that *file* is a module of, or nothing."""
    top = ""
    for folder in file.parents:
        if not (folder / "__init__.py").is_file():
            break
        top = folder.name
    return top


def _suffix(file: Path, suffixes: Collection[str]) -> str:
    return next(suffix for suffix in sorted(suffixes, key=len, reverse=True) if file.name.endswith(suffix))


def _joining(drafts: Sequence[Draft], own: Manifest | None) -> tuple[tuple[tuple[str, Surveyed], ...], list[Draft]]:
    """Return which scripts become another language of an example of *own*, and the drafts that are new.

    A script that needs more than its path becomes a separate example.
    """
    there = {example.id: {variant.language for variant in example.variants} for example in own.examples} if own else {}
    joining, fresh = [], []
    for draft in drafts:
        languages_there = there.get(draft.id)
        if (
            languages_there is not None
            and languages_there.isdisjoint(draft.scripts)
            and all(s.skip is None and s.built is None and s.server is None for s in draft.scripts.values())
        ):
            joining += [(draft.id, script) for script in draft.scripts.values()]
        else:
            fresh.append(draft)
    return tuple(joining), fresh


def _lists(scripts: Sequence[Surveyed], root: Path) -> dict[Path, str]:
    """Return, for each of *scripts*, the file that declares its dependencies, relative to the root, if there is one."""
    nearest: dict[tuple[Path, str], str] = {}
    found = {}
    for script in scripts:
        place = (script.file.parent, script.language)
        if place not in nearest:
            nearest[place] = _nearest_list(*place, root)
        found[script.file] = nearest[place]
    return found


def _counted(lists: Mapping[Path, str]) -> tuple[tuple[str, int], ...]:
    """Return the files that declare dependencies, and for how many scripts each does."""
    return tuple(Counter(filter(None, lists.values())).items())


def _nearest_list(folder: Path, language: str, root: Path) -> str:
    names = load_toolchain(language).spelling.reading.lists
    for place in (folder, *folder.parents):
        for name in names:
            if (place / name).is_file():
                return (place / name).relative_to(root).as_posix()
        if place == root:
            break
    return ""


def original_of(world: World) -> str | None:
    """Return the manifest's text, or None if there is none."""
    return world.manifest_path.read_bytes().decode("utf-8") if world.manifest_path.exists() else None


def add(found: Survey, world: World, original: str | None, drafts: Sequence[Draft] | None = None) -> tuple[Path, ...]:
    """Add what is new to the manifest *original*, and return all files that were written.

    *drafts* replace those of the survey. Existing text stays byte for byte. Raises ManifestError, and writes nothing, if
    the result would be wrong.
    """
    more = new_manifest_files(world)
    content = manifest_text(found.drafts if drafts is None else drafts, found.joining, world, original, ignored_beside(found))
    write_all(more, world.manifest_path, content, _checker(found, world))
    return (*more, world.manifest_path)


def ignored_beside(found: Survey) -> tuple[Surveyed, ...]:
    """Return what was left out next to scripts of its language, which every command would report."""
    homes = {(script.file.parent, script.language) for script in found.scripts}
    left_out = (script for script in found.left_out if (script.file.parent, script.language) in homes)
    return tuple(script for script in left_out if not script.file.name.startswith(("_", ".")))


def manifest_text(
    drafts: Sequence[Draft],
    joining: Sequence[tuple[str, Surveyed]],
    world: World,
    original: str | None,
    ignored: Sequence[Surveyed] = (),
) -> bytes:
    """Return *original* with *drafts* as its last examples, and with the variants that are *joining*.

    A new manifest ignores the scripts *ignored*.
    """
    base, shown = world.manifest_path.parent, world.shown(world.manifest_path)
    lines = draft_lines(drafts, base)
    if original is None:
        reasons = [(seen_from(script.file, base), script.left_out or "") for script in ignored]
        return (header(SCHEMA, reasons) + "".join(f"  {line}".rstrip() + "\n" for line in lines)).encode()
    mark = "\ufeff" if original.startswith("\ufeff") else ""
    text = original.removeprefix("\ufeff")
    for example_id, script in joining:
        text = with_variant(text, example_id, script.language, seen_from(script.file, base), shown)
    return (mark + (inserted(text, lines, shown) if lines else text)).encode()


def _checker(found: Survey, world: World) -> Callable[[Path], None]:
    """Return a check that compares a draft of the manifest with the existing one: nothing may change or disappear."""
    unnamed = [script.file for script in found.left_out]
    before = found.own

    def check(draft: Path) -> None:
        shown = world.shown(world.manifest_path)
        try:
            after = load_manifest(draft, world.root, display=world.cwd, also_named=unnamed)
        except ManifestError as error:
            raise error.renamed(world.shown(draft), shown) from None
        if before is not None and not _kept(before, after):
            raise ManifestError((Diagnosis(f"{shown}: entries cannot be added without changing others", "add them by hand"),))

    return check


def _kept(before: Manifest, after: Manifest) -> bool:
    variants = {v.id: (v.relative, v.args, v.env, v.limits, dict(v.expect), v.skip) for v in after.variants}
    ids = [example.id for example in after.examples[: len(before.examples)]]
    there = [(v.id, (v.relative, v.args, v.env, v.limits, dict(v.expect), v.skip)) for v in before.variants]
    return ids == [example.id for example in before.examples] and all(
        variants.get(variant_id) == content for variant_id, content in there
    )

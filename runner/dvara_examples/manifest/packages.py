"""Checks ``packages:``, which says what scripts depend on where no file beside them does."""

import re
from collections.abc import Mapping
from dataclasses import replace

from dvara_examples.core.values import InvalidValue, Path, as_text, describe, did_you_mean, quoted
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.fields import parse_line
from dvara_examples.toolchains import Packages

_WITH_PARTS = re.compile(r"(?P<file>.*pyproject\.toml)\[(?P<parts>[\w.\s,-]+)\]")
CLASS_PATTERN = r"^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$"


def read_by_language(checks: Checks, value: object, path: Path, *, fallback: bool = False) -> Mapping[str, Packages]:
    """Return ``packages:`` of an example or of the whole manifest, for each language; what is wrong is noted and left out."""
    if not isinstance(value, dict):
        accepted = "a mapping of languages to packages is accepted, such as {python: [openai]}"
        checks.problems.add(f"found {describe(value)}", accepted, path)
        return {}
    languages: Mapping[str, object] = value
    by_language = {}
    for language, own in languages.items():
        place = (*path, language)
        if language not in checks.vocabulary.suffixes:
            known = did_you_mean(language, checks.vocabulary.suffixes)
            checks.problems.add(f"found the unknown language {quoted(language)}", known, place, on_key=True)
        elif (packages := read_packages(checks, own, place)) is not None:
            by_language[language] = replace(packages, fallback=fallback)
    return by_language


def read_packages(checks: Checks, value: object, path: Path) -> Packages | None:
    """Return ``packages:`` of one language: names, or the path of a list, a project's with extras; None where it is neither."""
    if isinstance(value, list):
        return Packages(checks.items(parse_package, value, path))
    try:
        text = as_text(value)
        if (found := _WITH_PARTS.fullmatch(text)) is not None:
            parts = tuple(part for part in re.split(r"[\s,]+", found["parts"]) if part)
            return Packages(file=checks.scripts.find_list(found["file"]), parts=parts)
        return Packages(file=checks.scripts.find_list(text))
    except InvalidValue as error:
        checks.problems.note(error, path)
        return None


def read_build(checks: Checks, found: Mapping[str, object], path: Path) -> Packages | None:
    """Return the build that a script is a class of, out of ``project:`` and ``main:``; None where these are wrong."""
    if "project" not in found:
        accepted = "project: is needed beside it and names the folder of the build"
        checks.problems.add("found 'main' without 'project'", accepted, (*path, "main"), on_key=True)
        return None
    if "packages" in found:
        accepted = "the file of the build lists its dependencies; keep one of the two"
        checks.problems.add("found 'project' beside 'packages'", accepted, (*path, "project"), on_key=True)
    project = checks.problems.read(checks.scripts.find_folder, found["project"], (*path, "project"), None)
    main = checks.problems.read(parse_class, found["main"], (*path, "main"), "") if "main" in found else ""
    return None if project is None else Packages(project=project, main=main)


def parse_class(value: object) -> str:
    """Return the name of a class, with its package before it."""
    text = parse_line(value)
    if not re.fullmatch(CLASS_PATTERN, text):
        raise InvalidValue(f"found {quoted(text)}", "the name of a class is accepted, such as com.example.Chat")
    return text


def parse_package(value: object) -> str:
    """Return one package, spelled as its package manager spells it."""
    text = parse_line(value)
    if text.startswith("-"):
        raise InvalidValue(f"found {quoted(text)}", "a package is accepted, such as openai>=2; options belong into a list file")
    return text

"""Selects the variants that a command is about: by id, file, pattern, language and tag."""

import fnmatch
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from dvara_examples.core.errors import NothingSelected, SelectionError
from dvara_examples.core.values import did_you_mean, nearest, quoted

if TYPE_CHECKING:
    from dvara_examples.selection.selectable import Selectable, SelectableExample, SelectableVariant

V = TypeVar("V", bound="SelectableVariant")
"""A variant, or what `list` shows of one."""

_LANGUAGE_SUFFIX = re.compile(r"(?P<id>.*)\[(?P<language>[^\[\]]*)\]", re.DOTALL)
_MOST_LISTED = 12
_LIST = "'dvara-examples list' shows what there is"


def select(
    manifest: "Selectable[V]",
    selectors: Sequence[str],
    languages: Sequence[str] = (),
    tags: Sequence[str] = (),
    cwd: Path = Path(),
    filters: Sequence[str] = (),
) -> tuple[V, ...]:
    """Return the variants that any of *selectors* names, in manifest order, each once.

    A selector is ``all``, an id (``stream-basic``), an id with its language (``stream-basic[node]``), a pattern of either with
    ``*`` and ``?`` (``stream-*``, ``*[node]``), or the path of a script (absolute, or relative to *cwd* or to the
    manifest's root).
    No selector at all means ``all``. *languages* and *tags* narrow the selection; any one of them is enough.
    *filters* narrow it too, by the language of :mod:`~dvara_examples.selection.filterset`; again any one is enough.

    An *opt_in* example is not part of ``all``: select it by id or pattern, by a tag or a filter if there is
    no selector, or by a script's path if no other example has that script.

    Raises SelectionError if a word names nothing in the manifest, with the nearest known one, and NothingSelected
    if every word is known but nothing matches all of them.
    """
    _check_known("language", languages, known_languages(manifest) if languages else set())
    _check_known("tag", tags, {tag for example in manifest.examples for tag in example.tags})
    chosen: set[str] = set()
    matcher = _Matcher(manifest, cwd)
    for selector in selectors or ("*" if tags or filters else "all",):
        chosen.update(matcher.ids(selector))
    named = [(example, variant) for example in manifest.examples for variant in example.variants if variant.id in chosen]
    kept = _narrow(named, "language", languages, lambda pair: (pair[1].language,))
    kept = _narrow(kept, "tag", tags, lambda pair: pair[0].tags)
    kept = _filter(kept, manifest, filters, ask=not (selectors or tags))
    return tuple(variant for _, variant in kept)


def known_languages(manifest: "Selectable[V]") -> set[str]:
    """Return the languages of *manifest* and those that are installed."""
    from dvara_examples.toolchains import languages

    return {variant.language for variant in manifest.variants}.union(languages())


def _filter(pairs: "list[_Pair[V]]", manifest: "Selectable[V]", filters: Sequence[str], *, ask: bool) -> "list[_Pair[V]]":
    """Keep the *pairs* that any of *filters* matches, if there are filters."""
    if not filters:
        return pairs
    from dvara_examples.selection.filtering import filter_variants

    kept = filter_variants(filters, manifest, pairs, ask=ask)
    if not kept:
        shown = " or ".join(quoted(text) for text in filters)
        opt_in = ask and filter_variants(filters, manifest, pairs, ask=False)
        hint = "it matches only opt-in examples: ask for them with id(…), tag(…) or opt_in()" if opt_in else ""
        raise NothingSelected(f"nothing is left to run: no selected example matches the filter {shown}", hint)
    return kept


_Pair = tuple["SelectableExample[V]", V]


def _narrow(
    pairs: "list[_Pair[V]]", what: str, words: Sequence[str], words_of: "Callable[[_Pair[V]], Sequence[str]]"
) -> "list[_Pair[V]]":
    """Keep the *pairs* that have any of *words*, if there are words."""
    if not words:
        return pairs
    kept = [pair for pair in pairs if not set(words_of(pair)).isdisjoint(words)]
    if not kept:
        asked = " or ".join(dict.fromkeys(words))
        have = ", ".join(sorted({word for pair in pairs for word in words_of(pair)})) or f"no {what} at all"
        raise NothingSelected(
            f"nothing is left to run: no selected example has the {what} {asked}", f"the selected ones have {have}"
        )
    return kept


def _check_known(what: str, words: Sequence[str], known: set[str]) -> None:
    for word in words:
        if word not in known:
            raise SelectionError(f"unknown {what} {word!r}", did_you_mean(word, known))


@dataclass(frozen=True, slots=True)
class _Matcher(Generic[V]):
    """Finds what one selector names in *manifest*; paths are relative to *cwd*."""

    manifest: "Selectable[V]"
    cwd: Path

    def ids(self, selector: str) -> set[str]:
        """Return the full ids of the variants that *selector* names, at least one."""
        if selector == "all":
            return self._all()
        found = {variant.id for variant in self._by_id(selector)} or self._by_file(selector)
        if not found:
            raise self._unknown(selector)
        return found

    def _all(self) -> set[str]:
        every = {variant.id for example in self.manifest.examples if not example.opt_in for variant in example.variants}
        if not every:
            raise NothingSelected("every example is opt-in, and all includes none of them", "name an id, a glob or a tag")
        return every

    def _by_id(self, selector: str) -> Iterator[V]:
        """Yield matches by id or pattern; brackets at the end are a language, never a set of characters."""
        split = _LANGUAGE_SUFFIX.fullmatch(selector)
        wanted_id, wanted_language = (split["id"], split["language"]) if split else (selector, "*")
        is_id, is_language = pattern(wanted_id), pattern(wanted_language)
        for example in self.manifest.examples:
            if is_id(example.id):
                yield from (variant for variant in example.variants if is_language(variant.language))

    def _by_file(self, selector: str) -> set[str]:
        """Return the ids of the variants whose script *selector* names; of opt-in examples only if there are no others."""
        found = list(self._with_file(selector))
        opt_in = {example.id for example in self.manifest.examples if example.opt_in}
        return {variant.id for variant in found if variant.example_id not in opt_in} or {variant.id for variant in found}

    def _with_file(self, selector: str) -> Iterator[V]:
        places = {os.path.normpath(base / selector) for base in (self.cwd, self.manifest.root)}
        places |= {os.path.realpath(place) for place in places if os.path.lexists(place)}
        name = os.path.basename(selector)  # noqa: PTH119 - a Path would drop a slash at the end, which no file has
        for variant in self.manifest.variants:
            if variant.file.name == name and not places.isdisjoint((str(variant.file), os.path.realpath(variant.file))):
                yield variant

    def _unknown(self, selector: str) -> SelectionError:
        """Say that *selector* names nothing, with the nearest known name."""
        split = _LANGUAGE_SUFFIX.fullmatch(selector)
        variants = [v for v in self.manifest.variants if split and v.example_id == split["id"]]
        if split and variants:
            cause = f"{split['id']} has no variant in {split['language']!r}"
            return SelectionError(cause, did_you_mean(split["language"], _languages(variants)))
        if any(sign in selector for sign in "*?"):
            return SelectionError(f"the pattern {selector!r} matches no example", _LIST)
        if "/" in selector or any(selector.endswith(Path(v.relative).suffix) for v in self.manifest.variants):
            near = nearest(selector, [v.relative for v in self.manifest.variants])
            hint = f"did you mean {near}? " if near else ""
            return SelectionError(f"no example's script is {selector!r}", hint + _LIST)
        ids = [example.id for example in self.manifest.examples]
        near = nearest(split["id"] if split else selector, ids)
        if near is None and len(ids) > _MOST_LISTED:
            return SelectionError(f"unknown example {selector!r}", _LIST)
        return SelectionError(f"unknown example {selector!r}", did_you_mean(split["id"] if split else selector, ids))


def _languages(variants: "Sequence[SelectableVariant]") -> list[str]:
    return [variant.language for variant in variants]


def pattern(text: str) -> Callable[[str], bool]:
    """Return a test for ``*`` and ``?`` patterns; brackets are literal."""
    if not any(sign in text for sign in "*?"):
        return text.__eq__
    matches = re.compile(fnmatch.translate(text.replace("[", "[[]"))).match
    return lambda word: matches(word) is not None

"""The meaning of a filter: which variants of a manifest its predicates match."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from dvara_examples.core.values import did_you_mean, nearest, quoted
from dvara_examples.gateways import CAPABILITIES
from dvara_examples.selection.filterset import And, Filter, Not, Or, Predicate, parse_filter, predicates, refuse
from dvara_examples.selection.select import known_languages, pattern
from dvara_examples.selection.selectable import Selectable, SelectableExample, SelectableVariant

V = TypeVar("V", bound=SelectableVariant)
Example = SelectableExample[SelectableVariant]
Holds = Callable[[Example, SelectableVariant], bool]

_MOST_LISTED = 12
_ASKING = frozenset({"id", "tag", "opt_in"})
"""The predicates that can ask for an opt-in example, where they are not negated."""


def compile_filter(text: str, manifest: Selectable[SelectableVariant]) -> tuple[Holds, Holds]:
    """Return a test whether the filter *text* matches a variant, and one whether it asks for an opt-in example.

    Raises SelectionError if it cannot be parsed, or if one of its words matches nothing in the manifest.
    """
    parsed = parse_filter(text)
    for predicate in predicates(parsed):
        _check_known(text, predicate, manifest)
    return _holds(parsed), _asks(parsed)


def _holds(of: Filter) -> Holds:
    match of:
        case Predicate():
            return _predicate_holds(of)
        case Not(part):
            inner = _holds(part)
            return lambda example, variant: not inner(example, variant)
        case And(parts):
            every = [_holds(part) for part in parts]
            return lambda example, variant: all(each(example, variant) for each in every)
        case Or(parts):
            some = [_holds(part) for part in parts]
            return lambda example, variant: any(each(example, variant) for each in some)


def _asks(of: Filter) -> Holds:
    """Return whether a predicate that names an example, and is not negated, matches."""
    match of:
        case Predicate(name):
            return _predicate_holds(of) if name in _ASKING else _never
        case Not():
            return _never
        case And(parts) | Or(parts):
            some = [_asks(part) for part in parts]
            return lambda example, variant: any(each(example, variant) for each in some)


def _never(_example: Example, _variant: SelectableVariant) -> bool:
    return False


def _predicate_holds(predicate: Predicate) -> Holds:
    fits = pattern(predicate.pattern)
    match predicate.name:
        case "id":
            return lambda example, variant: fits(example.id) or fits(variant.id)
        case "tag":
            return lambda example, _: any(map(fits, example.tags))
        case "language":
            return lambda _, variant: fits(variant.language)
        case "needs":
            return lambda example, _: any(map(fits, example.needs))
        case "file":
            return lambda _, variant: any(map(fits, _tails(variant.relative)))
        case "opt_in":
            return lambda example, _: example.opt_in
        case name:
            return lambda _example, _variant: name == "all"


def _tails(path: str) -> Iterable[str]:
    """Return *path* and what remains of it without its first folder, its first two, and so on."""
    parts = path.split("/")
    return ("/".join(parts[start:]) for start in range(len(parts)))


def _check_known(text: str, predicate: Predicate, manifest: Selectable[SelectableVariant]) -> None:
    if not predicate.pattern:
        return
    known = _known(predicate.name, manifest)
    if any(map(pattern(predicate.pattern), known)):
        return
    shown = {"id": [example.id for example in manifest.examples], "file": [v.relative for v in manifest.variants]}
    hint = _hint(predicate.pattern, shown.get(predicate.name, sorted(known)))
    refuse(text, predicate.pattern_column, f"nothing has the {predicate.name} {quoted(predicate.pattern)}", hint)


def _known(name: str, manifest: Selectable[SelectableVariant]) -> set[str]:
    match name:
        case "id":
            return {i for example in manifest.examples for i in (example.id, *(v.id for v in example.variants))}
        case "tag":
            return {tag for example in manifest.examples for tag in example.tags}
        case "language":
            return known_languages(manifest)
        case "needs":
            return set(CAPABILITIES)
        case _:
            return {tail for variant in manifest.variants for tail in _tails(variant.relative)}


def _hint(word: str, known: Collection[str]) -> str:
    if len(known) <= _MOST_LISTED:
        return did_you_mean(word, known)
    near = nearest(word, known)
    return (f"did you mean {near!r}? " if near else "") + "'dvara-examples list' shows what there is"


def filter_variants(
    filters: Sequence[str], manifest: Selectable[V], pairs: Iterable[tuple[SelectableExample[V], V]], *, ask: bool
) -> list[tuple[SelectableExample[V], V]]:
    """Return those of *pairs* that any of *filters* matches; with *ask*, opt-in examples must be asked for.

    Raises SelectionError as :func:`compile_filter` does.
    """
    compiled = [compile_filter(text, manifest) for text in filters]

    def chosen(example: Example, variant: SelectableVariant) -> bool:
        asked = ask and example.opt_in
        return any(holds(example, variant) and (asks(example, variant) or not asked) for holds, asks in compiled)

    return [(example, variant) for example, variant in pairs if chosen(example, variant)]

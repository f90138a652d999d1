"""Inserts an entry after the last one of a manifest's list, or a variant into an entry; the rest stays the same byte for byte."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import yaml

from dvara_examples.core.errors import Diagnosis, ManifestError
from dvara_examples.scaffold.entry import entry_lines

_LINE = re.compile(r"[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|$)")
_DASH = re.compile(r"^(?P<indent> *)-(\s|$)")
_COMMENT = re.compile(r"^(?P<indent> *)#")


class _Mark(Protocol):
    """A place in a text, counted from 0; the library has two classes for it without a common base."""

    line: int
    column: int
    index: int


def inserted(text: str, entry: Sequence[str], shown: str) -> str:
    """Return *text*, a valid manifest called *shown* in messages, with the lines of *entry* as its last example.

    Indentation, line ends and the blank line between examples follow the manifest. Raises ManifestError if
    ``examples`` is not written as a list of lines.
    """
    lines = _lines(text)
    place = _find(text, lines, shown)
    line_end = "\r\n" if "\r\n" in text else "\n"
    before, after = "".join(lines[: place.line]), "".join(lines[place.line :])
    missing_end = line_end if before and before[-1] not in "\r\n\x85\u2028\u2029" else ""
    is_apart = place.line > 0 and not lines[place.line - 1].strip()  # the end of a text in which blank lines count
    gap = line_end if place.spaced and not is_apart else ""
    block = "".join((" " * place.indent + line if line else "") + line_end for line in entry)
    return before + missing_end + gap + block + after


def with_variant(text: str, example_id: str, language: str, path: str, shown: str) -> str:
    """Return *text*, a valid manifest called *shown* in messages, with one more variant of *example_id*.

    Raises ManifestError if the variants are not written out there.
    """
    variants = _variants_node(text, example_id)
    if variants is None:
        cause = f"{shown}: the variants of {example_id} are not written out in its entry"
        raise ManifestError((Diagnosis(cause, f"add {language} by hand"),))
    if variants.flow_style:
        at = variants.end_mark.index - 1
        return f"{text[:at].rstrip()}, {language}: {json.dumps(path, ensure_ascii=False)}{text[at:]}"
    lines = _lines(text)
    end = _last_line(variants) + 1
    line_end = "\r\n" if "\r\n" in text else "\n"
    before, after = "".join(lines[:end]), "".join(lines[end:])
    missing_end = "" if before.endswith(("\n", "\r")) else line_end
    written = entry_lines({language: path})[0].removeprefix("- ")
    return f"{before}{missing_end}{' ' * variants.start_mark.column}{written}{line_end}{after}"


def _variants_node(text: str, example_id: str) -> yaml.MappingNode | None:
    """Return the mapping of the example's variants if it is in the example's own entry."""
    examples = _value(yaml.compose(text, Loader=yaml.SafeLoader), "examples")
    for entry in examples.value if isinstance(examples, yaml.SequenceNode) else ():
        named = _value(entry, "id")
        if isinstance(named, yaml.ScalarNode) and named.value == example_id:
            variants = _value(entry, "variants")
            inside = isinstance(variants, yaml.MappingNode) and _within(variants, entry)
            return variants if inside and isinstance(variants, yaml.MappingNode) else None
    return None


def _within(node: yaml.Node, entry: yaml.Node) -> bool:
    """Tell whether *node* was written inside *entry*, and is not an alias of something before it."""
    return bool(entry.start_mark.index <= node.start_mark.index < entry.end_mark.index)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if isinstance(name, yaml.ScalarNode) and name.value == key), None)


def _last_line(node: yaml.Node) -> int:
    """Return the line (from 0) of the last word of *node*."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line) - (node.end_mark.column == 0)


@dataclass(frozen=True, slots=True)
class _Place:
    """Before which *line* (from 0) an entry goes, how far its dash is indented, and whether a blank line comes before it."""

    line: int
    indent: int
    spaced: bool


def _find(text: str, lines: Sequence[str], shown: str) -> _Place:
    starts, end = _items(text, shown)
    dashes = [_dash_line(lines, start) for start in starts]
    found = _DASH.match(lines[dashes[-1]])
    assert found, "a block list's item has a dash"
    indent = len(found["indent"])
    while end < len(lines) and (comment := _COMMENT.match(lines[end])) and len(comment["indent"]) > indent:
        end += 1
    return _Place(end, indent, len(dashes) == 1 or not lines[dashes[-1] - 1].strip())


def _items(text: str, shown: str) -> tuple[list[int], int]:
    """Return on which lines (from 0) the items of ``examples`` begin, and the line behind the last word of the last one."""
    events = _below_examples(text)
    first = next(events)
    if not isinstance(first, yaml.SequenceStartEvent) or first.flow_style:
        written = f"{shown}:{_marks(first)[0].line + 1}: examples is not written as a list of lines that begin with a dash"
        raise ManifestError((Diagnosis(written, "write it like this, so that a new one can be added"),))
    starts, end, depth = [], 0, 0
    for event in events:
        if depth == 0 and not isinstance(event, yaml.SequenceEndEvent):
            starts.append(_marks(event)[0].line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            if depth < 0:
                break
        begins, ends = _marks(event)
        if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent) or ends.index > begins.index:
            end = max(end, ends.line + (ends.column > 0))
    return starts, end


def _marks(event: yaml.Event) -> tuple[_Mark, _Mark]:
    """Return where *event* begins and ends, which the pure parser always tells."""
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark, event.end_mark


def _below_examples(text: str) -> Iterator[yaml.Event]:
    """Yield the events of the value of ``examples`` and whatever comes behind it."""
    depth, is_key = 0, True
    events = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        if depth == 1:
            if is_key and isinstance(event, yaml.ScalarEvent) and event.value == "examples":
                yield from events
                return
            is_key = not is_key if not isinstance(event, yaml.CollectionEndEvent) else is_key
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _dash_line(lines: Sequence[str], line: int) -> int:
    """Return the line of the dash that belongs to an item which begins on *line*: the same one, or one above it."""
    return next(number for number in range(line, -1, -1) if _DASH.match(lines[number]))


def _lines(text: str) -> list[str]:
    """Return the lines of *text* with their ends, counted as YAML counts them."""
    return [line for line in _LINE.findall(text) if line]

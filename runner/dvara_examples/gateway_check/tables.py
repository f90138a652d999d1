"""The results of a check, as text for people and for other programs. Pure."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from dvara_examples.gateway_check.check import CaseResult, Checked
from dvara_examples.gateway_check.expected import BehaviourChange
from dvara_examples.gateway_check.judge import describe
from dvara_examples.gateway_check.reading import SideReading
from dvara_examples.gateway_check.recording import EffectKind


def table(checked: Checked) -> Iterator[str]:
    """Yield the lines of the table for people, the worst first."""
    widest = max((len(result.case.id) for result in checked.results), default=0)
    for result in checked.results:
        for place, effect in enumerate(result.effects):
            name = "" if place else result.case.id
            yield f"{effect.kind:<12} {name:<{widest}}  {'' if place else result.case.title + ': '}{effect.detail}".rstrip(": ")
    yield ""
    yield counted(checked)


def counted(checked: Checked) -> str:
    """Return the number of cases by their worst effect, in one line."""
    counts = Counter(result.worst for result in checked.results)
    return " · ".join(f"{counts[kind]} {kind}" for kind in EffectKind if counts[kind])


def timeline(result: CaseResult) -> Iterator[str]:
    """Yield both sides of a case, event by event, in seconds since the first one."""
    yield f"{result.case.id}: {result.case.title}"
    sides = [(f"provider {number}", side) for number, side in enumerate(result.attempts, 1)]
    sides += [("client", result.client)] if result.client else []
    rows = [(event.at_s, name, event.data) for name, side in sides for event in side.events]
    began_s = min((at_s for at_s, _, _ in rows), default=0.0)
    for at_s, name, data in sorted(rows):
        shown = data if len(data) <= 90 else data[:87] + "..."
        yield f"  {at_s - began_s:8.3f} s  {name:<10}  {shown}"
    for name, side in sides:
        yield f"  {'end':>10}  {name:<10}  {describe(side)}"


def report(kind: str, checked: Checked, changed: Sequence[BehaviourChange] | None, gateway: str) -> str:
    """Return the report *kind* about *gateway*; *changed* is None if nothing was expected."""
    match kind:
        case "html":
            from dvara_examples.gateway_check.page import check_page

            return check_page(checked, changed, gateway)
        case "json":
            return json.dumps(_document(checked, changed), indent=2, ensure_ascii=False) + "\n"
        case "junit":
            return _junit(checked, changed)
        case "github":
            return "".join(f"::error title=check-gateway::{_escaped(line)}\n" for line in red_cases(checked, changed).values())
        case _:
            return _markdown(checked, changed)


def red_cases(checked: Checked, changed: Sequence[BehaviourChange] | None) -> dict[str, str]:
    """Return case id → sentence for what fails the check: a change if behaviour is expected, else what is hidden."""
    if changed is not None:
        return {change.case_id: str(change) for change in changed}
    hidden = [result for result in checked.results if result.worst is EffectKind.HIDDEN]
    return {result.case.id: f"{result.case.id}: {result.effects[0]}" for result in hidden}


def _document(checked: Checked, changed: Sequence[BehaviourChange] | None) -> dict[str, object]:
    cases = [
        {
            "id": result.case.id,
            "title": result.case.title,
            "effects": [{"kind": effect.kind.value, "detail": effect.detail} for effect in result.effects],
            "client": _side(result.client) if result.client else None,
            "provider": [_side(side) for side in result.attempts],
        }
        for result in checked.results
    ]
    document: dict[str, object] = {"version": 1, "cases": cases, "left_out": checked.left_out, "notes": checked.notes}
    if changed is not None:
        document["changes"] = [{"case": change.case_id, "expected": change.expected, "found": change.found} for change in changed]
    return document


def _side(side: SideReading) -> dict[str, object]:
    return {
        "ending": side.ending.value,
        "status": side.status,
        "events": len(side.events),
        "characters": len(side.content),
        "finish_reason": side.finish_reason,
        "sentinel": side.sentinel,
    }


def _junit(checked: Checked, changed: Sequence[BehaviourChange] | None) -> str:
    red = red_cases(checked, changed)
    suite = ET.Element("testsuite", name="check-gateway", tests=str(len(checked.results)), failures=str(len(red)), errors="0")
    for result in checked.results:
        case = ET.SubElement(suite, "testcase", classname="check-gateway", name=result.case.id)
        told = "\n".join(map(str, result.effects))
        if result.case.id in red:
            ET.SubElement(case, "failure", message=_printable(red[result.case.id])).text = _printable(told)
        else:
            ET.SubElement(case, "system-out").text = _printable(told)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _markdown(checked: Checked, changed: Sequence[BehaviourChange] | None) -> str:
    lines = [f"**check-gateway**: {counted(checked)}", ""]
    lines += [f"- {change}" for change in changed or ()] + ([""] if changed else [])
    lines += ["| case | the provider | the gateway |", "|---|---|---|"]
    for result in checked.results:
        effects = "<br>".join(_cell(str(effect)) for effect in result.effects)
        lines.append(f"| `{result.case.id}` | {_cell(result.case.title)} | {effects} |")
    lines += ["", *(f"Left out: {reason}" for reason in checked.left_out)]
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return _printable(text).replace("|", "\\|").replace("<", "&lt;")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def _escaped(text: str) -> str:
    return _printable(text).replace("%", "%25").replace("\n", "%0A")

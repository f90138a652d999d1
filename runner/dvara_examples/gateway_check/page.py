"""The results of a check as one HTML file that a browser opens without a network. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dvara_examples import __version__
from dvara_examples.gateway_check.check import CaseResult, Checked
from dvara_examples.gateway_check.expected import BehaviourChange
from dvara_examples.gateway_check.recording import EffectKind
from dvara_examples.gateway_check.tables import counted, red_cases, timeline
from dvara_examples.reports._html.frame import page_style, page_templates

_TONES = {
    EffectKind.HIDDEN: "failed",
    EffectKind.PASSED_ON: "passed",
    EffectKind.REPORTED: "passed",
    EffectKind.CANNOT_TELL: "skipped",
}


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as the page shows it."""

    id: str
    title: str
    kind: str
    tone: str
    effects: tuple[str, ...]
    timeline: str


def check_page(checked: Checked, changed: Sequence[BehaviourChange] | None, gateway: str) -> str:
    """Return the page about *gateway*; *changed* is None if nothing was expected."""
    red = red_cases(checked, changed)
    template = page_templates("dvara_examples.gateway_check").get_template("check.html")
    return template.render(
        style=page_style(),
        version=__version__,
        gateway=gateway,
        good=not red,
        program="check-gateway",
        heading=_heading(checked, changed),
        counted=counted(checked),
        changes=[str(change) for change in changed or ()],
        notes=(*checked.notes, *(f"left out: {reason}" for reason in checked.left_out)),
        cases=[_view(result) for result in checked.results],
    )


def _heading(checked: Checked, changed: Sequence[BehaviourChange] | None) -> str:
    if changed is not None:
        return f"{len(changed)} changed of {len(checked.results)} cases" if changed else "the behaviour is as expected"
    hidden = sum(result.worst is EffectKind.HIDDEN for result in checked.results)
    return f"{hidden} hidden of {len(checked.results)} cases" if hidden else "no answer that is not whole looks whole"


def _view(result: CaseResult) -> CaseView:
    return CaseView(
        result.case.id,
        result.case.title,
        result.worst.value,
        _TONES.get(result.worst, "errored"),
        tuple(str(effect) for effect in result.effects),
        "\n".join(timeline(result)),
    )

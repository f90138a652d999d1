"""The file of ``--expect``: the known behaviour of a gateway, compared with the results of a check. Pure except for the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from dvara_examples.core.errors import DvaraExamplesError, ExitCode
from dvara_examples.core.values import InvalidValue, as_int, as_mapping, as_one_of, as_texts, below
from dvara_examples.gateway_check.check import Checked
from dvara_examples.gateway_check.recording import EffectKind

_VERSION = 1
_HEAD = """\
# What this gateway is known to make of each thing that a provider can do.
# Check it with: dvara-examples check-gateway --expect FILE
"""


class ExpectationFileError(DvaraExamplesError):
    """The file of known behaviour is wrong."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class BehaviourChange:
    """A case whose effects differ from the file."""

    case_id: str
    expected: tuple[str, ...]
    found: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.case_id}: expected {_listed(self.expected)}, found {_listed(self.found)}"


def read_expected(text: str, shown: str) -> Mapping[str, tuple[str, ...]]:
    """Return case id → effects from the *text* of the file *shown*. Raises ExpectationFileError."""
    try:
        document = as_mapping(yaml.safe_load(text), ("version", "cases"))
        with below("version"):
            as_int(document.get("version"), least=_VERSION, most=_VERSION)
        with below("cases"):
            return {name: _kinds(name, value) for name, value in as_mapping(document.get("cases")).items()}
    except InvalidValue as error:
        where = ".".join(map(str, error.path))
        raise ExpectationFileError(f"{shown}{f': {where}' if where else ''}: {error}") from None
    except (yaml.YAMLError, RecursionError) as error:
        problem = " ".join(str(error).split())[:200]
        raise ExpectationFileError(f"expected YAML in {shown}, found {problem}") from None


def _kinds(name: str, value: object) -> tuple[str, ...]:
    with below(name):
        return tuple(as_one_of(kind, [kind.value for kind in EffectKind]) for kind in as_texts(value))


def write_expected(checked: Checked) -> str:
    """Return the text of a file that expects the results in *checked*."""
    cases = {case_id: list(kinds) for case_id, kinds in sorted(_found(checked).items())}
    body = yaml.safe_dump({"version": _VERSION, "cases": cases}, sort_keys=False, default_flow_style=None, width=120)
    return _HEAD + body


def changes(checked: Checked, expected: Mapping[str, tuple[str, ...]]) -> Iterator[BehaviourChange]:
    """Yield every case that behaves differently, or that *expected* does not name."""
    for case_id, kinds in _found(checked).items():
        known = expected.get(case_id, ())
        if set(known) != set(kinds):
            yield BehaviourChange(case_id, known, kinds)


def _found(checked: Checked) -> Mapping[str, tuple[str, ...]]:
    return {result.case.id: tuple(dict.fromkeys(effect.kind.value for effect in result.effects)) for result in checked.results}


def _listed(kinds: tuple[str, ...]) -> str:
    return " and ".join(kinds) or "nothing"

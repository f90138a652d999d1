"""The text output of ``list``, ``show`` and ``plan``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvara_examples.gateways import Gateway
    from dvara_examples.manifest import Manifest, Variant
    from dvara_examples.manifest.listing import ListedVariant, Listing
    from dvara_examples.records.model import AtTerminal
    from dvara_examples.session.plan import Plan, PlannedRun


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield *rows* as lines with aligned columns; the last column is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]).rstrip()


def list_lines(manifest: "Listing", variants: "Sequence[ListedVariant]") -> Iterator[str]:
    """One line per example of *variants*."""
    languages: dict[str, list[str]] = {}
    for variant in variants:
        languages.setdefault(variant.example_id, []).append(variant.language)
    chosen = [example for example in manifest.examples if example.id in languages]
    yield from columns([(e.id, " ".join(languages[e.id]), e.title, " ".join(f"#{tag}" for tag in e.tags)) for e in chosen])


def left_out_line(manifest: "Listing") -> str | None:
    """Say how many examples are opt-in, and by which tags to select them; None if there are none."""
    opt_in = [example for example in manifest.examples if example.opt_in]
    tags = sorted({tag for example in opt_in for tag in example.tags})
    by = f" (--tag {', --tag '.join(tags)})" if tags else ""
    return f"and {len(opt_in)} more that are opt-in{by}" if opt_in else None


def show_lines(manifest: "Manifest", variants: "Sequence[Variant]") -> Iterator[str]:
    """Everything the manifest says about the examples of *variants*."""
    from dvara_examples.faults import in_words, parse_faults

    ids = dict.fromkeys(variant.example_id for variant in variants)
    for example in (example for example in manifest.examples if example.id in ids):
        yield f"{example.id}: {example.title}"
        yield f"  tags      {', '.join(example.tags) or '-'}"
        yield f"  needs     {', '.join(example.needs) or '-'}"
        yield from _plain("  answers", list(example.answers))
        if example.faults:
            yield f"  faults    {'; '.join(in_words(parse_faults(entry)) for entry in example.faults)}"
        if example.url:
            yield f"  url       {example.url}"
        yield from (f"  terminal  {line}" for line in _at_terminal(example.at_terminal))
        yield from _plain("  expect", example.expect)
        for variant in (v for v in variants if v.example_id == example.id):
            yield f"  {variant.language:<8}  {variant.relative}"
            if variant.because:
                own = {key: value for key, value in variant.expect.items() if example.expect.get(key) != value}
                yield from _plain(f"            because {variant.because}", own)


def _at_terminal(at_terminal: "AtTerminal") -> Iterator[str]:
    if (size := at_terminal.interrupt_after_bytes) is not None:
        yield f"Ctrl-C is pressed after {size} bytes of stdout"
    if (size := at_terminal.stdout_closes_after_bytes) is not None:
        yield f"the reader of stdout leaves after {size} bytes"


def _plain(heading: str, value: object) -> Iterator[str]:
    import yaml

    if not value:
        yield f"{heading:<10}  -"
        return
    yield heading
    indent = " " * (len(heading) - len(heading.lstrip()) + 4)
    for line in yaml.safe_dump(_mutable(value), sort_keys=False, allow_unicode=True, width=100).splitlines():
        yield indent + line


def _mutable(value: object) -> object:
    """Return *value* as plain lists and mappings for YAML."""
    if isinstance(value, Mapping):
        return {key: _mutable(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_mutable(item) for item in value]
    return value


def plan_lines(plan: "Plan", gateway: "Gateway", dependencies: Mapping[str, str]) -> Iterator[str]:
    """The gateway, the runtimes, the places that declare *dependencies*, and one line per run."""
    yield f"gateway   {gateway.description} (offers {', '.join(sorted(gateway.capabilities)) or 'nothing beyond answers'})"
    for runtime in plan.runtimes:
        version = runtime.version or "to be fetched"
        yield f"{runtime.language:<8}  {version}  {runtime.origin}  {runtime.executable}{runtime.built_by}"
    yield from columns([("needs", place, ", ".join(ids)) for place, ids in _by_place(dependencies).items()])
    yield ""
    yield from columns([(_what(run), run.id, run.skip or str(run.error or run.variant.relative)) for run in plan.runs])
    yield ""
    shard = f", in shard {plan.shard} of {plan.selected} runs" if plan.shard else ""
    yield f"{len(plan.to_start)} of {len(plan.runs)} would run{shard}"


def _by_place(dependencies: Mapping[str, str]) -> dict[str, list[str]]:
    """Return, for each place that declares dependencies, the languages that use it."""
    places: dict[str, list[str]] = {}
    for run_id, place in dependencies.items():
        places.setdefault(place, []).append(run_id)
    return {place: _few(ids) for place, ids in places.items() if place}


def _few(ids: list[str], most: int = 3) -> list[str]:
    return ids if len(ids) <= most else [*ids[:most], f"and {len(ids) - most} more"]


def _what(run: "PlannedRun") -> str:
    if run.skip is not None:
        return "skip"
    return "error" if run.error is not None else "run"

"""The content of a valid manifest, as immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dvara_examples.records.model import LEFT_ALONE, AtTerminal, Limits, ReadySign, SentRequest

if TYPE_CHECKING:
    from dvara_examples.gateways._description import GatewayDescription
    from dvara_examples.records.transcript import KnownFailure
    from dvara_examples.toolchains import Packages


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the manifest: *file* as shown to people, *line* and *column* counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class EndpointVariables:
    """The variables from which scripts read the gateway: *urls* with the form of the address, *keys* and *models*.

    An empty form stands for the usual one.
    """

    urls: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return frozenset((*self.urls, *self.keys, *self.models))


@dataclass(frozen=True, slots=True)
class ScriptSetting:
    """The environment of a script: the folder it runs in (*cwd*; None: an empty one), its stdin, and *env* of its ``.env`` file.

    *listen* is the port at which a script with a hard-coded address expects the gateway. A script that is a server has *ready*,
    which says when it accepts requests, and *send*, which is sent to it before it is stopped.
    """

    cwd: Path | None = None
    stdin: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    listen: int | None = None
    endpoint: EndpointVariables = EndpointVariables()
    ready: ReadySign | None = None
    send: tuple[SentRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """The script of one example in one language, with everything that the example and the defaults say merged in.

    *file* is absolute, *relative* is relative to the root, with forward slashes. *expect* has the expectations as
    plain values, the example's own with the variant's override merged in; *because* says why it overrides them. *skip* is the
    reason why the variant never runs, *known_failure* what is known to fail in it. *packages* is what it depends on, if the
    manifest says so.
    """

    example_id: str
    language: str
    file: Path
    relative: str
    args: tuple[str, ...]
    env: Mapping[str, str]
    limits: Limits
    expect: Mapping[str, object]
    because: str | None
    skip: str | None
    origin: Origin
    known_failure: "KnownFailure | None" = None
    expected_at: Mapping[str, str] = field(default_factory=dict)
    packages: "Packages | None" = None
    surroundings: ScriptSetting = ScriptSetting()

    @property
    def id(self) -> str:
        """The full id: ``stream-basic[node]``."""
        return f"{self.example_id}[{self.language}]"


@dataclass(frozen=True, slots=True)
class Example:
    """One behaviour, shown in one or more languages.

    *answers* are the scripted answers as plain values, one per request; *expect* applies to every variant that does not override
    it. *faults* are what the network does to the responses, as plain values, one entry per request.
    *opt_in* excludes it from ``all``: it must be asked for. *url* is the form of DVARA_URL for the scripts, with ``{host}``
    for host and port; None: as usual. *at_terminal* is what happens there while a script prints. *models* are those that its
    scripts ask for.
    """

    id: str
    title: str
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    answers: tuple[object, ...]
    expect: Mapping[str, object]
    limits: Limits
    variants: tuple[Variant, ...]
    origin: Origin
    faults: tuple[object, ...] = ()
    opt_in: bool = False
    url: str | None = None
    at_terminal: AtTerminal = LEFT_ALONE
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that was read from *path*; no file that it names is outside *root*.

    *docs* are the patterns, relative to *root*, of the documentation pages that show the examples. *notes* are sentences about
    renamed words, and about scripts that no variant names. *gateways* are those that it describes, by name.
    *images* are the container images of languages, if it names any.
    *sources* are the files and folders that all of this depends on.
    """

    path: Path
    root: Path
    examples: tuple[Example, ...]
    docs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    gateways: "Mapping[str, GatewayDescription]" = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Path, ...] = field(default=(), compare=False)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Every variant, in the order of the manifest."""
        return tuple(variant for example in self.examples for variant in example.variants)

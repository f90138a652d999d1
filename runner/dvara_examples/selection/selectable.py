"""What can be selected from: a whole manifest, or the cached content of `list`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar


class SelectableVariant(Protocol):
    """The script of one example in one language."""

    @property
    def id(self) -> str:
        """The full id: ``stream-basic[node]``."""
        ...

    @property
    def example_id(self) -> str:
        """The id of its example."""
        ...

    @property
    def language(self) -> str:
        """The word that ``--language`` uses."""
        ...

    @property
    def file(self) -> Path:
        """The script's absolute path."""
        ...

    @property
    def relative(self) -> str:
        """The script's path relative to the root, with forward slashes."""
        ...


V_co = TypeVar("V_co", bound=SelectableVariant, covariant=True)


class SelectableExample(Protocol[V_co]):
    """One example with its variants."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """The words that ``--tag`` uses."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """What it needs of a gateway."""
        ...

    @property
    def opt_in(self) -> bool:
        """Whether ``all`` excludes it."""
        ...

    @property
    def variants(self) -> tuple[V_co, ...]:
        """Its scripts, in the order of the manifest."""
        ...


class Selectable(Protocol[V_co]):
    """The examples to select from; paths are relative to *root*."""

    @property
    def root(self) -> Path:
        """The folder that the manifest's paths must stay in."""
        ...

    @property
    def examples(self) -> Sequence[SelectableExample[V_co]]:
        """Every example, in manifest order."""
        ...

    @property
    def variants(self) -> Sequence[V_co]:
        """Every variant, in manifest order."""
        ...

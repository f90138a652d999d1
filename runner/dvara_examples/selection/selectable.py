"""What can be selected from: a whole manifest, or what `list` shows of one."""

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
        """The script's path seen from the root, with forward slashes."""
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
        """What a gateway must offer."""
        ...

    @property
    def opt_in(self) -> bool:
        """Whether ``all`` leaves it out."""
        ...

    @property
    def variants(self) -> tuple[V_co, ...]:
        """Its scripts, in the order of the manifest."""
        ...


class Selectable(Protocol[V_co]):
    """The examples to choose from; paths are seen from *root*."""

    @property
    def root(self) -> Path:
        """The folder that the manifest's paths may not leave."""
        ...

    @property
    def examples(self) -> Sequence[SelectableExample[V_co]]:
        """Every example, in the order of the manifest."""
        ...

    @property
    def variants(self) -> Sequence[V_co]:
        """Every variant, in the order of the manifest."""
        ...

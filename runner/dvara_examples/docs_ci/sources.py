"""What the directives of pages refer to: examples of the manifest, and regions of their scripts, each script read once."""

import tokenize
from dataclasses import dataclass, field
from pathlib import Path

from dvara_examples.core.errors import Diagnosed
from dvara_examples.core.values import did_you_mean
from dvara_examples.docs_ci.directives import RunsAs, Shows
from dvara_examples.docs_ci.regions import BadRegion, Region, find_regions
from dvara_examples.manifest import Example, Manifest, Variant
from dvara_examples.toolchains import load_toolchain


class Unknown(Diagnosed):
    """A directive names an example, a language or a region that does not exist."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the content of a fence comes from."""

    example: Example
    variant: Variant
    region: Region


@dataclass(slots=True)
class Sources:
    """Finds examples and regions for one manifest."""

    manifest: Manifest
    _regions: dict[Path, dict[str, Region]] = field(default_factory=dict)

    def variant(self, about: Shows | RunsAs, language: str | None) -> tuple[Example, Variant]:
        """Return the example that *about* names, and its variant in *language*. Raises Unknown."""
        example = next((e for e in self.manifest.examples if e.id == about.example_id), None)
        if example is None:
            ids = [e.id for e in self.manifest.examples if not e.opt_in]
            raise Unknown(f"unknown example {about.example_id!r}", did_you_mean(about.example_id, ids))
        variant = next((v for v in example.variants if v.language == language), None)
        if variant is None:
            known = [v.language for v in example.variants]
            raise Unknown(f"{example.id} has no variant in {language or ''!r}", did_you_mean(language or "", known))
        return example, variant

    def find(self, about: Shows, language: str | None) -> Source:
        """Return what a fence in *language* under *about* must show. Raises Unknown."""
        example, variant = self.variant(about, language)
        regions = self.regions(variant)
        name = about.region or default_region(example.id)
        if name not in regions:
            sign = load_toolchain(variant.language).spelling.comment
            tags = f"mark it with the lines {sign} [START {name}] and {sign} [END {name}]"
            raise Unknown(f"{variant.relative} has no region {name!r}", f"{did_you_mean(name, regions)}; or {tags}")
        return Source(example, variant, regions[name])

    def regions(self, variant: Variant) -> dict[str, Region]:
        """Return the regions of a variant's script. Raises Unknown if its tags do not match."""
        if variant.file not in self._regions:
            try:
                self._regions[variant.file] = dict(find_regions(read_script(variant.file)))
            except BadRegion as error:
                raise Unknown(error.diagnosis.under(f"{variant.relative}:{error.line}: ")) from None
            except OSError as error:
                raise Unknown(f"{variant.relative} cannot be read ({error.strerror or error})") from None
            except UnicodeDecodeError as error:
                line = error.object[: error.start].count(b"\n") + 1
                found = f"found the byte 0x{error.object[error.start]:02x}, which is not {error.encoding} here"
                raise Unknown(f"{variant.relative}:{line}: {found}", "save the script as UTF-8") from None
            except (SyntaxError, LookupError):
                raise Unknown(
                    f"{variant.relative}: its first two lines are not UTF-8, or name an encoding that Python does not know"
                ) from None
        return self._regions[variant.file]


def default_region(example_id: str) -> str:
    """Return the name of the region with an example's whole code: its id with underscores."""
    return example_id.replace("-", "_")


def read_script(file: Path) -> str:
    """Return the text of a script, line ends included; a Python script may name its encoding in a comment."""
    data = file.read_bytes()
    encoding = "utf-8-sig"
    if file.suffix == ".py":
        encoding, _ = tokenize.detect_encoding(iter(data.splitlines(keepends=True)).__next__)
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)

"""Everything that a manifest may say, declared once: the source of both the parser and the JSON Schema for editors.

``examples`` and ``variants`` check what needs more than one value (unique ids, what a variant inherits).
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from dvara_examples.core.elsewhere import hint_for_key
from dvara_examples.core.renamed import EXAMPLE_KEYS
from dvara_examples.core.rules import Rule, apart, explains, needs
from dvara_examples.core.shapes import (
    ANYTHING,
    Definitions,
    Shape,
    boolean,
    deferred,
    either,
    entries,
    items,
    mapping,
    one_of,
    text,
)
from dvara_examples.core.values import as_text
from dvara_examples.manifest import fields
from dvara_examples.manifest.fields import BYTES, ENDPOINT, ENV, LIMITS, LINE, PATTERN, SCRIPTS, WORD
from dvara_examples.manifest.scripts import Scripts
from dvara_examples.manifest.serving import READY, SEND
from dvara_examples.manifest.vocabulary import Vocabulary
from dvara_examples.records.transcript import KnownFailure
from dvara_examples.toolchains import Packages

if TYPE_CHECKING:
    from dvara_examples.gateways._description import GatewayDescription

Keys = Mapping[str, Shape[Any]]
_WITH_PARTS = re.compile(r"(?P<file>.*pyproject\.toml)\[(?P<parts>[\w.\s,-]+)\]")
_MAY_DIFFER = ("args", "env", "limits", "expect")


class Declaration:
    """The shapes of a manifest with the words of *words* and the files that *scripts* finds.

    *manifest* is the shape of the whole except its examples, each of which is an *example*: its expectations, answers and faults
    stay plain values, and so does the order of its variants. *shared* have names in the schema.
    """

    def __init__(self, words: Vocabulary, scripts: Scripts) -> None:
        self._words, self._scripts = words, scripts
        self.shared = Definitions()
        share = self.shared.add
        self._limits = share("limits", LIMITS)
        self._package_list = share("package_list", self._packages())
        self._by_language = share("packages", self._languages(lambda _: self._package_list))
        self._endpoint = share("endpoint", ENDPOINT)
        self._common: Keys = {
            "args": share("args", items(fields.ARGUMENT, 0)),
            "env": share("env", ENV),
            "cwd": text().to(
                scripts.find_folder, "The folder that the script runs in, seen from the manifest's; without it an empty one."
            ),
            "stdin": fields.ARGUMENT.described("What the script reads."),
            "env_file": LINE.to(scripts.find_env, "A .env file whose entries are added to the environment."),
            "listen": fields.PORT.described(
                "The port of this machine at which a script with a hard-coded address expects the gateway."
            ),
            "ready": share("ready", READY),
            "send": share("send", SEND),
            "limits": self._limits,
            "expect": share("expect", words.expect).plain(),
        }
        self._build: Keys = {
            "project": text().to(scripts.find_folder, "The folder of the Maven or Gradle build that makes the class."),
            "main": fields.CLASS.described("The class to start; without it that of file."),
        }
        self.example = share("example", self._example())
        self.manifest = self._manifest()

    def _manifest(self) -> Shape[Mapping[str, Any]]:
        defaults = mapping({"limits": self._limits}, instead=_instead).to(lambda found: found.get("limits", {}))
        gateways = entries(WORD, self.shared.add("gateway", deferred(_gateway))).to(
            lambda found: {name: each.named(name) for name, each in found.items()},
            "Gateways that --gateway command:NAME and docker:NAME start.",
        )
        keys: Keys = {
            "version": fields.VERSION,
            "docs": items(PATTERN, 0).described(
                "The documentation pages that show the examples, seen from the repository's root."
            ),
            "strict": boolean().described("Refuse scripts that no variant names, next to those of variants."),
            "ignore": items(SCRIPTS, 0).described(
                "Scripts that are not examples: paths, folders or patterns, from the manifest's folder."
            ),
            "packages": self._by_language.described("Packages for scripts without a dependency list."),
            "images": self._languages(lambda _: fields.IMAGE).described("Container images of languages, for --in docker."),
            "gateways": gateways,
            "endpoint": self._endpoint,
            "defaults": defaults,
            "examples": Shape(items(self.example).make_schema, items(ANYTHING).parse),
        }
        return mapping(keys, ("version", "examples"), instead=_instead)

    def _example(self) -> Shape[Mapping[str, Any]]:
        answer = self.shared.add("answer", self._words.answer).plain()
        faults = self.shared.add("faults", self._words.faults).plain()
        keys: Keys = {
            "id": fields.ID.described("What selects the example; unique."),
            "title": LINE.described("What the example shows, in a few words."),
            "tags": items(WORD, 0),
            "opt_in": boolean().described("Not part of all: it must be selected by id, glob or tag."),
            "needs": items(one_of(self._words.capabilities), 0).described(
                "What the gateway must be capable of; elsewhere the example is skipped."
            ),
            "models": items(LINE, 0).described(
                "The models that the scripts ask for; a gateway whose list lacks one skips the example."
            ),
            "answers": items(answer, 0).described("What a scripted gateway answers, one per request."),
            "faults": items(faults, 0).described("What the network does to the responses, one entry per request."),
            "url": fields.URL.described("How scripts get DVARA_URL; {host} is replaced by host and port."),
            "interrupt_after": BYTES.described("Press Ctrl-C after this many bytes on stdout."),
            "stdout_closes_after": BYTES.described("The reader of stdout leaves once so much has come."),
            **self._common,
            "packages": self._by_language,
            "endpoint": self._endpoint,
            "variants": self._languages(self._variant, 1),
        }
        return mapping(keys, ("id", "title", "expect", "variants"), renamed=EXAMPLE_KEYS, instead=_instead)

    def _variant(self, language: str) -> Shape[Mapping[str, Any]]:
        endings = "|".join(suffix.replace(".", "\\.") for suffix in self._words.suffixes[language])
        file = Shape(
            lambda: {"type": "string", "pattern": f"({endings})$", "description": "Relative to the manifest's folder."},
            lambda value: self._scripts.find(as_text(value), language),
            lambda value: isinstance(value, str),
        )
        keys: Keys = {
            "file": file,
            **self._common,
            "expect": self._common["expect"].described("What differs from the example's own; needs because."),
            "packages": self._package_list,
            "because": LINE.described("Why this language differs."),
            "skip": LINE.described("Why this variant never runs."),
            "known_failure": self._known_failure(),
        }
        rules: tuple[Rule, ...] = ()
        if language in self._words.with_builds:
            keys = {**keys, **self._build}
            rules = (
                needs("main", "project", "add project: with the folder of the build"),
                apart("packages", "project"),
            )
        rules += (
            needs("expect", "because", "add because: with the reason why this language differs"),
            explains("because", _MAY_DIFFER),
        )
        expected = "the path of a script, or a mapping with file"
        return either(
            file.to(lambda script: {"file": script}), mapping(keys, ("file",), rules=rules, instead=_instead), expected=expected
        )

    def _known_failure(self) -> Shape[KnownFailure]:
        """Return the shape of a known failure, whose findings are compared with the expectations later."""
        key = Shape(lambda: {"enum": list(self._words.expectation_keys())}, as_text, lambda value: isinstance(value, str))
        finding = either(key.to(lambda one: (one,)), items(key), expected="a key of expect, or a list of them")
        return mapping({"finding": finding, "because": LINE, "upstream": LINE}, ("finding", "because")).to(
            lambda found: KnownFailure(found["finding"], found["because"], found.get("upstream")),
            "What fails for a reason outside the example; once it does not fail any more, the run does.",
        )

    def _packages(self) -> Shape[Packages]:
        return either(
            items(fields.PACKAGE, 0).to(Packages),
            LINE.to(self._listed),
            expected="a list of packages, or the path of a file that lists them",
        ).described(
            "Packages as their package manager spells them, or the path of a file that lists them; "
            "pyproject.toml[NAME] adds an extra or a group."
        )

    def _listed(self, written: str) -> Packages:
        """Return the content of the list *written*; a project's with extras."""
        if (found := _WITH_PARTS.fullmatch(written)) is None:
            return Packages(file=self._scripts.find_list(written))
        parts = tuple(part for part in re.split(r"[\s,]+", found["parts"]) if part)
        return Packages(file=self._scripts.find_list(found["file"]), parts=parts)

    def _languages(self, shape: Callable[[str], Shape[Any]], least: int = 0) -> Shape[Mapping[str, Any]]:
        known = self._words.suffixes
        few = f"at least one of {', '.join(known)}"
        return mapping({language: shape(language) for language in known}, least=least, few=few, kind="language")


def _gateway() -> "Shape[GatewayDescription]":
    from dvara_examples.gateways._description import DESCRIPTION

    return DESCRIPTION


def _instead(key: str, known: Collection[str]) -> tuple[str, str] | None:
    """Return a hint for a *key* of other tools in a mapping whose keys are *known*."""
    hint = hint_for_key(key, known)
    return ("a known key", hint) if hint is not None else None

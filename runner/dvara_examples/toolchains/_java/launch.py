"""The command line of a compiled script, the same for both ways of building it."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from dvara_examples.toolchains._java.archive import START_QUICKLY
from dvara_examples.toolchains._java.jdk import Jdk

_COLLECTOR = re.compile(r"-XX:\+Use\w+GC")


def java_argv(
    jdk: Jdk, archive: Sequence[str], options: Sequence[str], class_path: Sequence[Path], main_class: str, args: Sequence[str]
) -> tuple[str, ...]:
    """Return how a JVM of *jdk* starts *main_class*; the script's own *options* come last, so that they win.

    Of two collectors the JVM accepts neither, so ours steps back where the script names one.
    """
    names_collector = any(_COLLECTOR.fullmatch(option) for option in options)
    quickly = [option for option in START_QUICKLY if not (names_collector and _COLLECTOR.fullmatch(option))]
    joined = os.pathsep.join(map(str, class_path))
    return (jdk.tool("java"), *quickly, *archive, *options, "-cp", joined, main_class, *args)

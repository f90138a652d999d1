"""A good manifest, spoilt in one place by any value at all: it is refused in words, or it still loads."""

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dvara_examples.core.errors import Diagnosis, ManifestError
from dvara_examples.core.values import Path as ValuePath
from dvara_examples.manifest import load_manifest
from dvara_examples.manifest.vocabulary import Vocabulary

GOOD = Path(__file__).parents[1] / "data" / "good-manifests" / "everything"
PLAIN = yaml.safe_load((GOOD / "manifest.yaml").read_text())


def paths(value: object, path: ValuePath = ()) -> Iterator[ValuePath]:
    """Yield the path of every value inside *value*."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from paths(inner, (*path, step))


VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, 10**17, "", " ", "no", "a\nb", "*", "../x.py", "(", "done", "\x7f", "é" * 3000]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["", "file", "text", "exit", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the good manifest's folder, whose manifest each example overwrites."""
    return shutil.copytree(GOOD, tmp_path_factory.mktemp("spoilt") / "folder")


@settings(deadline=None)
@given(path=st.sampled_from(sorted(paths(PLAIN), key=str)), value=VALUES)
def test_a_spoilt_manifest_is_refused_in_words(path: ValuePath, value: object, folder: Path, vocabulary: Vocabulary) -> None:
    """Whatever stands in place of any one value, the loader gives a manifest or sentences that start with a position."""
    holder = spoilt = copy.deepcopy(PLAIN)
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    manifest = folder / "manifest.yaml"
    manifest.write_text(yaml.safe_dump(spoilt, allow_unicode=True))
    problems: tuple[Diagnosis, ...] = ()
    try:
        load_manifest(manifest, folder, vocabulary=vocabulary)
    except ManifestError as error:
        problems = error.problems
    assert all(re.match(r"manifest\.yaml:\d+:\d+: (\S+: )?expected .+, found .", problem.cause) for problem in problems)

"""What surrounds a script, as the manifest says it: folder, input, ``.env`` file, port and variables."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import ManifestError
from dvara_examples.manifest import load_manifest
from dvara_examples.manifest.model import EndpointVariables, ScriptSetting


def write(folder: Path, example: str, variant: str = "a.py", top: str = "") -> Path:
    """Write a manifest with one example, which has the lines *example*, and return its path."""
    (folder / "a.py").touch()
    path = folder / "manifest.yaml"
    head = f"version: 1\n{top}examples:\n  - id: one\n    title: One\n    expect: {{exit: 0}}\n"
    path.write_text(f"{head}    variants: {{python: {variant}}}\n{example}")
    return path


def surroundings(path: Path) -> ScriptSetting:
    """Return the surroundings of the only variant."""
    (variant,) = load_manifest(path, path.parent).variants
    return variant.surroundings


def test_a_variant_goes_before_its_example(tmp_path: Path) -> None:
    """What a variant says of its surroundings replaces what its example says, key by key."""
    (tmp_path / "data").mkdir()
    path = write(tmp_path, "    listen: 8080\n    stdin: a\n", "{file: a.py, listen: 9090, cwd: data}")
    assert surroundings(path) == ScriptSetting(cwd=tmp_path / "data", stdin="a", listen=9090)


def test_the_manifests_endpoint_holds_for_all(tmp_path: Path) -> None:
    """``endpoint`` at the top holds where an example has none of its own."""
    top = "endpoint: {url: [A, B], key: C, model: D}\n"
    assert surroundings(write(tmp_path, "", top=top)).endpoint == EndpointVariables({"A": "", "B": ""}, ("C",), ("D",))
    own = "    endpoint: {url: {E: 'http://{host}'}}\n"
    assert surroundings(write(tmp_path, own, top=top)).endpoint == EndpointVariables({"E": "http://{host}"})


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("listen: 0", "found the number 0; a whole number from 1 to 65535 is accepted"),
        ("listen: 70000", "found the number 70000; a whole number from 1 to 65535 is accepted"),
        ("listen: '8080'", "found the text '8080'; a whole number from 1 to 65535 is accepted"),
        ("cwd: absent", "found the folder 'absent', but no such folder; an existing one is accepted"),
        ("cwd: ..", "found '..', which leads out of the repository; a path inside it is accepted"),
        ("env_file: .env", "found '.env', but no such file; "),
        ("endpoint: {url: 1X}", "found the name '1X'; letters, digits and underscores are accepted, not a digit first"),
        ("endpoint: {url: {X: 'http://localhost'}}", "an address with {host} for host and port is accepted: http://{host}/v1"),
        ("endpoint: {token: X}", "unknown key 'token'; "),
        ("env: {API_KEY: abc}", "looks like a secret; a manifest must not hold secrets; write {key} for the key of the run"),
    ],
)
def test_surroundings_that_are_none(tmp_path: Path, line: str, sentence: str) -> None:
    """Each mistake is told with its place and what is accepted."""
    with pytest.raises(ManifestError) as refused:
        load_manifest(write(tmp_path, f"    {line}\n"), tmp_path)
    (problem,) = refused.value.problems
    assert problem.startswith("manifest.yaml:7:")
    assert sentence in problem


@pytest.mark.parametrize("key", ["sk-proj-" + "a1" * 20, "gw_" + "0a" * 20])
def test_a_real_key_in_an_env_file_is_refused(tmp_path: Path, key: str) -> None:
    """An entry that looks like a real key is refused by its line, never shown, and taken over once ``endpoint`` names it."""
    (tmp_path / ".env").write_text(f"A=1\nMY_TOKEN={key}\n")
    path = write(tmp_path, "    env_file: .env\n")
    with pytest.raises(ManifestError) as refused:
        load_manifest(path, tmp_path)
    (problem,) = refused.value.problems
    assert (
        "found '.env', whose line 2 holds what looks like a real key in MY_TOKEN; name MY_TOKEN under key of endpoint" in problem
    )
    assert key not in problem
    assert surroundings(write(tmp_path, "    env_file: .env\n    endpoint: {key: MY_TOKEN}\n")).env == {"A": "1"}

"""Class paths from Maven's resolver: small repositories on the disk, and the pinned jars of the resolver itself."""

import http.server
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Deps, Runtime
from dvara_examples.toolchains._java import mima
from dvara_examples.toolchains._java.header import Header, parse_header
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains._java.mima import resolver_class_path
from dvara_examples.toolchains._java.releases import for_deps
from dvara_examples.toolchains._java.resolver import ClassPath, resolve

pytestmark = pytest.mark.slow

Publish = Callable[..., None]
Resolve = Callable[..., ClassPath]


@pytest.fixture
def jdk(runtime: Runtime) -> Jdk:
    """Return the machine's JDK."""
    return Jdk(runtime.executable.parent.parent, runtime.version, runtime.origin)


@pytest.fixture
def publish(java_world: World) -> Publish:
    """Return a function that puts ``org.test:<name>:<version>`` into the repository ``./repo``."""

    def put(
        name: str, version: str, *, needs: str = "", manages: str = "", kinds: tuple[str, ...] = (".jar",), holds: str = "made"
    ) -> None:
        folder = java_world.cwd / "repo" / "org" / "test" / name / version
        folder.mkdir(parents=True)
        for kind in kinds:
            with zipfile.ZipFile(folder / f"{name}-{version}{kind}", "w") as jar:
                jar.writestr(holds, f"{name} {version}")
        (folder / f"{name}-{version}.pom").write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>org.test</groupId>"
            f"<artifactId>{name}</artifactId><version>{version}</version>"
            f"<packaging>{'jar' if kinds else 'pom'}</packaging>"
            f"<dependencyManagement><dependencies>{dependencies(manages)}</dependencies></dependencyManagement>"
            f"<dependencies>{dependencies(needs)}</dependencies></project>"
        )
        versions = "".join(f"<version>{place.name}</version>" for place in sorted(folder.parent.iterdir()) if place.is_dir())
        (folder.parent / "maven-metadata.xml").write_text(
            f"<metadata><groupId>org.test</groupId><artifactId>{name}</artifactId>"
            f"<versioning><versions>{versions}</versions></versioning></metadata>"
        )

    def dependencies(written: str) -> str:
        pairs = (item.split(":") for item in written.split())
        return "".join(
            f"<dependency><groupId>org.test</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>"
            for a, v in pairs
        )

    return put


@pytest.fixture
def resolved(java_world: World, jdk: Jdk, tmp_path: Path) -> Resolve:
    """Return a function that resolves ``//DEPS`` against the repository ``./repo``, keeping nothing for other tests."""
    downloads = java_world.cache_dir

    def run(deps: str, releases: Deps = Deps.LOCKED, day: str | None = None) -> ClassPath:
        resolver_class_path(jdk, java_world, lambda _: None)
        (tmp_path / "cache" / "v1").mkdir(parents=True, exist_ok=True)
        if not (tmp_path / "cache" / "v1" / "java-resolver").exists():
            (tmp_path / "cache" / "v1" / "java-resolver").symlink_to(downloads / "v1" / "java-resolver")
        header = for_deps(parse_header(f"//REPOS here=./repo\n//DEPS {deps}"), releases)
        return resolve(header, jdk, replace(java_world, cache_dir=tmp_path / "cache"), lambda _: None, day)

    return run


def names(found: ClassPath) -> list[str]:
    """Return the file names of a class path."""
    return [jar.name for jar in found.jars]


def test_no_dependencies(world: World) -> None:
    """A script without dependencies needs no resolver."""
    assert resolve(Header(), Jdk(Path("/nowhere"), "25", ""), world, lambda _: None) == ClassPath()


def test_transitive_dependencies(publish: Publish, resolved: Resolve) -> None:
    """What a dependency needs comes with it; only named ones are reported."""
    publish("low", "1")
    publish("high", "2", needs="low:1")
    found = resolved("org.test:high:2")
    assert names(found) == ["high-2.jar", "low-1.jar"]
    assert found.versions == {"high": "2"}


@pytest.mark.parametrize(
    ("deps", "wanted"),
    [
        ("org.test:low:1.5+", ["low-2.0.jar"]),
        ("'org.test:low:[1,2)'", ["low-1.5.jar"]),
        ("org.test:low org.test:bom:1@pom", ["low-1.0.jar"]),
        ("org.test:low:1.5:extra", ["low-1.5-extra.jar"]),
        ("org.test:low:1.5@zip", ["low-1.5.zip"]),
        ("org.test:high:1@fatjar", ["high-1.jar"]),
        ("org.test:high:1 org.test:bom:1@pom", ["high-1.jar", "low-1.0.jar"]),
        ("org.test:high:1", ["high-1.jar", "low-2.0.jar"]),
    ],
)
def test_kinds_of_dependencies(deps: str, wanted: list[str], publish: Publish, resolved: Resolve) -> None:
    """Ranges take the newest, a BOM gives and overrides versions from any place, classifier, type and fat jars are followed."""
    publish("low", "1.0")
    publish("low", "1.5", kinds=(".jar", "-extra.jar", ".zip"))
    publish("low", "2.0")
    publish("high", "1", needs="low:2.0")
    publish("bom", "1", manages="low:1.0", kinds=())
    assert names(resolved(deps)) == wanted


@pytest.mark.parametrize(
    ("deps", "wanted"),
    [
        ("org.test:bom:1@pom org.test:top org.test:mid:1", ["top-1.jar", "mid-1.jar", "low-3.0.jar"]),
        ("org.test:top:1 org.test:mid:1", ["top-1.jar", "mid-1.jar", "low-2.0.jar"]),
    ],
    ids=["version from a BOM", "version written"],
)
def test_managed_versions_of_a_dependency_count_where_its_version_is_written(
    deps: str, wanted: list[str], publish: Publish, resolved: Resolve
) -> None:
    """A dependency's own managed versions decide over its neighbours' only if the script writes its version."""
    for version in ("2.0", "3.0"):
        publish("low", version)
    publish("mid", "1", needs="low:3.0")
    publish("top", "1", manages="low:2.0")
    publish("bom", "1", manages="top:1", kinds=())
    assert names(resolved(deps)) == wanted


@pytest.mark.parametrize("deps", ["org.test:low:1.0 org.test:low:2.0", "org.test:low:2.0 org.test:low:1.0"])
def test_higher_of_two_versions_wins(deps: str, publish: Publish, resolved: Resolve) -> None:
    """Of two versions of one library the higher wins, in whatever order they are written."""
    publish("low", "1.0")
    publish("low", "2.0")
    assert names(resolved(deps)) == ["low-2.0.jar"]


def test_bom_drops_the_classifier(publish: Publish, resolved: Resolve) -> None:
    """A dependency without a version is the artifact that the BOM names, without the classifier that the script names."""
    publish("low", "1.0", kinds=(".jar", "-extra.jar"))
    publish("bom", "1", manages="low:1.0", kinds=())
    assert names(resolved("org.test:low::extra org.test:bom:1@pom")) == ["low-1.0.jar"]
    assert names(resolved("org.test:low:1.0:extra org.test:bom:1@pom")) == ["low-1.0-extra.jar"]


def test_test_jar_is_a_classifier(publish: Publish, resolved: Resolve) -> None:
    """The type ``test-jar`` stands for the jar with the classifier ``tests``."""
    publish("low", "1.0", kinds=(".jar", "-tests.jar"))
    assert names(resolved("org.test:low:1.0@test-jar")) == ["low-1.0-tests.jar"]


def test_dependency_that_takes_part_in_the_build(publish: Publish, resolved: Resolve) -> None:
    """A jar with an integration list, as Quarkus brings one, is reported wherever it comes from."""
    publish("low", "1.0", holds="META-INF/jbang-integration.list")
    publish("high", "1", needs="low:1.0")
    assert resolved("org.test:high:1").builders == ("org.test:low:1.0",)
    publish("plain", "1")
    assert resolved("org.test:plain:1").builders == ()


@pytest.mark.parametrize(
    ("deps", "said"),
    [
        ("org.test:gone:1", r"org\.test:gone:\w+:1.* here \(file:"),
        ("org.test:low", "No version is given for org.test:low, and no @pom dependency manages it"),
        ("org.test:low:3+", r"No versions available for org\.test:low:jar:\[3,\)"),
    ],
)
def test_what_cannot_be_resolved(deps: str, said: str, publish: Publish, resolved: Resolve) -> None:
    """The resolver's own sentence names the artifact and the repository."""
    publish("low", "1.0")
    with pytest.raises(ToolchainError, match=said):
        resolved(deps)


def test_jars_are_kept(publish: Publish, resolved: Resolve, java_world: World) -> None:
    """A resolved class path outlives its repository and the local one; a jar that goes missing is resolved again."""
    publish("low", "1")
    found = resolved("org.test:low:1")
    (java_world.cwd / "repo").rename(java_world.cwd / "away")
    assert resolved("org.test:low:1") == found
    (java_world.cwd / "away").rename(java_world.cwd / "repo")
    found.jars[0].unlink()
    again = resolved("org.test:low:1")
    assert again.jars[0].is_file()
    assert again != found


def test_jar_that_was_cut(publish: Publish, resolved: Resolve, java_world: World) -> None:
    """A jar that is no archive is refused by name, before javac stumbles over it."""
    publish("low", "1")
    (java_world.cwd / "repo/org/test/low/1/low-1.jar").write_bytes(b"PK\x03\x04")
    with pytest.raises(ToolchainError, match=r"low-1\.jar is damaged; remove it"):
        resolved("org.test:low:1")


def test_local_repository_that_cannot_be_written(publish: Publish, resolved: Resolve, java_world: World) -> None:
    """Where the user's local repository cannot be written, one of our own serves."""
    publish("low", "1")
    home = Path(java_world.environ["HOME"])
    (home / ".m2").mkdir(parents=True)
    (home / ".m2" / "settings.xml").write_text("<settings><localRepository>/proc/none</localRepository></settings>")
    assert names(resolved("org.test:low:1")) == ["low-1.jar"]


@pytest.fixture
def junk_mirror() -> Iterator[str]:
    """Serve the same junk for every file, and return the address."""

    class Junk(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"junk")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Stay silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Junk) as server:
        thread = threading.Thread(target=server.serve_forever, name="junk-mirror")
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=10)


def world_with_mirror(world: World, place: Path, address: str) -> World:
    """Return *world* with an empty cache and *address* as the mirror of all repositories."""
    (place / ".m2").mkdir(parents=True)
    (place / ".m2" / "settings.xml").write_text(
        f"<settings><mirrors><mirror><mirrorOf>*</mirrorOf><url>{address}</url></mirror></mirrors></settings>"
    )
    return replace(world, environ={**world.environ, "HOME": str(place)}, cache_dir=place / "cache")


def test_resolver_from_a_bad_mirror(java_world: World, jdk: Jdk, tmp_path: Path, junk_mirror: str) -> None:
    """A jar of the resolver that is not the pinned one is refused, and not kept."""
    world = world_with_mirror(java_world, tmp_path / "m", junk_mirror)
    with pytest.raises(ToolchainError, match=r"standalone-static-uber:2\.4\.34 was answered by .* with the SHA-256"):
        resolver_class_path(jdk, world, lambda _: None)
    assert not list(world.cache_dir.rglob("*.jar"))


def test_resolver_out_of_reach(java_world: World, jdk: Jdk, tmp_path: Path) -> None:
    """Without a network the part that is missing is named, with the command that fetches it."""
    world = world_with_mirror(java_world, tmp_path / "m", "http://127.0.0.1:9")
    with pytest.raises(ToolchainError, match=r"a part of Maven's resolver, cannot be fetched .*dvara-examples setup") as caught:
        resolver_class_path(jdk, world, lambda _: None)
    assert "\n" not in str(caught.value)


def test_resolver_from_the_local_repository(java_world: World, jdk: Jdk, tmp_path: Path) -> None:
    """Jars that the local Maven repository holds whole are taken from there, without any network."""
    kept = Path(resolver_class_path(jdk, java_world, lambda _: None).split(":")[0])
    world = world_with_mirror(java_world, tmp_path / "m", "http://127.0.0.1:9")
    for coordinate in json.loads(resources.files(mima.__package__).joinpath("resolver.lock.json").read_text("utf-8")):
        group, artifact, version = coordinate.split(":")
        folder = tmp_path.joinpath("m", ".m2", "repository", *group.split("."), artifact, version)
        folder.mkdir(parents=True)
        (folder / f"{artifact}-{version}.jar").write_bytes((kept / f"{artifact}-{version}.jar").read_bytes())
    assert resolver_class_path(jdk, world, lambda _: None).count(".jar") == 5


def test_newest_release_counts_for_a_day(publish: Publish, resolved: Resolve, tmp_path: Path) -> None:
    """The newest release below the next major one is taken, and kept for that day alone; Maven asks at its own pace."""
    for version in ("1.2", "1.10", "2-rc1", "2.0"):
        publish("low", version)
    kept = tmp_path / "cache" / "v1" / "java-jars"
    for day, sets in (("2026-05-01", 1), ("2026-05-01", 1), ("2026-05-02", 2)):
        assert names(resolved("org.test:low:1.2", Deps.LATEST, day)) == ["low-1.10.jar"]
        assert len(list(kept.iterdir())) == sets
    assert names(resolved("org.test:low:1.2")) == ["low-1.2.jar"]

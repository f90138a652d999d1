"""Classes of a Maven or Gradle project: which build they belong to, what it pins, and what is said where its tool is missing."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.scaffold.adopt.script import survey_script
from dvara_examples.toolchains import Declared, Deps, Packages, Runtime
from dvara_examples.toolchains._java.gradle import what_failed as gradle_failed
from dvara_examples.toolchains._java.maven import what_failed as maven_failed
from dvara_examples.toolchains._java.maven import words
from dvara_examples.toolchains._java.pom import classes_of
from dvara_examples.toolchains._java.project import find_build
from dvara_examples.toolchains.java import toolchain

SOURCE = "package com.acme;\n\nclass Ask { public static void main(String[] args) {} }\n"
POM = "<project xmlns='http://maven.apache.org/POM/4.0.0'><version>1-SNAPSHOT</version>{more}</project>\n"
ASKS = SOURCE.replace("{}", '{ get("/v1/models"); }')


def dependency(version: str) -> str:
    """Return the part of a pom.xml that asks for some *version*."""
    return (
        f"<properties><v>[1,2)</v></properties><dependencies><dependency><version>{version}</version></dependency></dependencies>"
    )


def write(root: Path, files: dict[str, str]) -> None:
    """Write *files* below *root*."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def declared(world: World, files: dict[str, str], project: str = "app") -> Declared:
    """Return what the build in the folder *project* of a repository with *files* declares for its one class."""
    script = f"{project}/src/main/java/com/acme/Ask.java"
    write(world.root, {script: SOURCE, **files})
    return toolchain().declared(world.root / script, Packages(project=world.root / project), world)


@pytest.mark.parametrize(
    ("files", "kind", "locked"),
    [
        ({"app/pom.xml": POM.format(more=dependency("1.0"))}, "maven", True),
        ({"app/pom.xml": POM.format(more=dependency("1-SNAPSHOT"))}, "maven", True),
        ({"app/pom.xml": POM.format(more=dependency("2-SNAPSHOT"))}, "maven", False),
        ({"app/pom.xml": POM.format(more=dependency("[1.0,2.0)"))}, "maven", False),
        ({"app/pom.xml": POM.format(more=dependency("${v}"))}, "maven", False),
        ({"app/pom.xml": POM.format(more=""), "pom.xml": POM.format(more=dependency("LATEST"))}, "maven", False),
        ({"app/build.gradle": "version = '1-SNAPSHOT'\ndependencies { implementation 'a:b:1.0' }\n"}, "gradle", True),
        ({"app/build.gradle.kts": 'dependencies { implementation("a:b:1.+") }\n'}, "gradle", False),
        ({"app/build.gradle": "dependencies { implementation 'a:b:1.+' }\n", "app/gradle.lockfile": ""}, "gradle", True),
        ({"app/build.gradle": "", "settings.gradle": "", "gradle/libs.versions.toml": "[versions]\nx = '1'\n"}, "gradle", True),
    ],
)
def test_a_build_is_locked_where_it_names_releases(world: World, files: dict[str, str], kind: str, locked: bool) -> None:
    """Ranges, LATEST and others' snapshots leave them open, here or in a folder above; the project's own snapshot does not."""
    found = declared(world, files)
    assert (found.kind, found.locked, found.main) == (kind, locked, "com.acme.Ask")


def test_a_folder_without_a_build(world: World) -> None:
    """What is looked for there is named."""
    with pytest.raises(ToolchainError, match=r"expected pom\.xml, build\.gradle or build\.gradle\.kts in app, found none"):
        declared(world, {})


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("pom.xml", r"expected mvn on PATH, or mvnw beside app/pom\.xml, found neither; install Maven"),
        ("build.gradle", r"expected gradle on PATH, or gradlew beside app/build\.gradle, found neither; install Gradle"),
    ],
)
def test_a_tool_that_is_not_there(world: World, make_jdk: Callable[..., Path], file: str, sentence: str) -> None:
    """One sentence names it, its wrapper and how to get it; nothing is left in the cache."""
    environ = {"HOME": str(world.root), "PATH": "", "DVARA_EXAMPLES_JAVA_HOME": str(make_jdk("jdk", "21.0.1"))}
    bare = replace(world, environ=environ)
    runtime = toolchain().probe(bare)
    assert isinstance(runtime, Runtime)
    found = declared(bare, {f"app/{file}": POM.format(more="")})
    with pytest.raises(ToolchainError, match=sentence):
        toolchain().prepare(runtime, world.root, bare, lambda _: None, Deps.LOCKED, found)
    assert list(world.cache_dir.rglob("complete")) == []


WRAPPER = {
    "pom.xml": ("mvnw", ".mvn/wrapper/maven-wrapper.properties"),
    "build.gradle": ("gradlew", "gradle/wrapper/gradle-wrapper.properties"),
}
NO_TOOL = """Exception in thread "main" java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
\tat {}
"""


@pytest.mark.parametrize(
    ("file", "said", "told"),
    [
        ("pom.xml", "wget: Failed to fetch http://a/maven.zip\n", "wget: Failed to fetch http://a/maven.zip"),
        ("pom.xml", "curl: Failed to fetch http://a/maven.zip\n", "curl: Failed to fetch http://a/maven.zip"),
        ("pom.xml", NO_TOOL.format("Downloader.main(Downloader.java:9)"), "ConnectException: Connection refused"),
        (
            "pom.xml",
            NO_TOOL.format("org.apache.maven.wrapper.MavenWrapperMain.main(MavenWrapperMain.java:6)"),
            "ConnectException: Connection refused",
        ),
        ("build.gradle", NO_TOOL.format("org.gradle.wrapper.Download.download(Download.java:7)"), "ConnectException"),
    ],
)
@pytest.mark.parametrize("offline", [False, True])
def test_a_wrapper_that_cannot_fetch_its_tool(
    world: World, make_jdk: Callable[..., Path], file: str, said: str, told: str, offline: bool
) -> None:
    """One sentence names it and the file that says which release; offline it reaches no network, and the command is named."""
    wrapper, settings = WRAPPER[file]
    script = f"cat <<'END' >&2\n{said}END\necho \"$https_proxy $JAVA_TOOL_OPTIONS\" > {world.root}/way\nexit 1\n"
    environ = {"HOME": str(world.root), "PATH": os.defpath, "DVARA_EXAMPLES_JAVA_HOME": str(make_jdk("jdk", "21.0.1"))}
    here = replace(world, environ=environ, offline=offline)
    runtime = toolchain().probe(here)
    assert isinstance(runtime, Runtime)
    found = declared(here, {f"app/{file}": POM.format(more=""), f"app/{wrapper}": script})
    with pytest.raises(ToolchainError) as refused:
        toolchain().prepare(runtime, world.root, here, lambda _: None, Deps.LOCKED, found)
    sentence = str(refused.value)
    assert f"app/{settings}" in sentence
    if offline:
        assert sentence.startswith("--offline forbids the download of the ")
        assert "dvara-examples setup --language java" in sentence
    else:
        assert sentence.startswith(f"app/{wrapper} could not fetch the ")
        assert told in sentence
        assert "go online, or correct distributionUrl there" in sentence
    way = (world.root / "way").read_text()
    assert ("http://127.0.0.1:1 " in way and "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=1" in way) is offline
    assert list(world.cache_dir.rglob("complete")) == []


SOURCES = "<build><sourceDirectory>{}</sourceDirectory></build>"


@pytest.mark.parametrize(
    ("files", "place", "found"),
    [
        ({"app/pom.xml": POM.format(more="")}, "app/src/main/java/com/acme", True),
        ({"app/pom.xml": POM.format(more="")}, "app/examples/com/acme", False),
        ({"app/pom.xml": POM.format(more=SOURCES.format("examples"))}, "app/examples/com/acme", True),
        ({"app/pom.xml": POM.format(more=SOURCES.format("${project.basedir}/code"))}, "app/code/com/acme", True),
        ({"app/pom.xml": POM.format(more="<sources><source>more</source></sources>")}, "app/more/com/acme", True),
        ({"app/pom.xml": "<project>"}, "app/src/main/java/com/acme", True),
        ({"app/build.gradle": "sourceSets { main { java { srcDirs = ['a', 'src'] } } }\n"}, "app/src/com/acme", True),
        ({"app/build.gradle.kts": 'sourceSets.main { java.srcDir("code") }\n'}, "app/code/com/acme", True),
        ({"app/build.gradle": "// srcDirs = ['src']\n"}, "app/src/com/acme", False),
        ({"pom.xml": POM.format(more=""), "app/pom.xml": POM.format(more="")}, "src/main/java/com/acme", True),
    ],
)
def test_a_class_lies_where_its_build_says(world: World, files: dict[str, str], place: str, found: bool) -> None:
    """In the usual folder, or in those that the file of the nearest build names."""
    write(world.root, {f"{place}/Ask.java": ASKS, **files})
    seen = survey_script(world.root / place / "Ask.java", f"{place}/Ask.java", "java")
    assert (seen.built is not None) is found


@pytest.mark.parametrize(
    ("more", "classes"),
    [
        ("", "target/classes"),
        ("<build><outputDirectory>made</outputDirectory></build>", "made"),
        ("<build><directory>out</directory></build>", "out/classes"),
        (
            "<properties><o>x</o></properties><build><outputDirectory>${project.build.directory}/${o}</outputDirectory></build>",
            "target/x",
        ),
        ("<build><outputDirectory>${basedir}/./y</outputDirectory></build>", "y"),
    ],
)
def test_where_maven_leaves_classes(tmp_path: Path, more: str, classes: str) -> None:
    """Where the pom.xml says so, else in the usual place."""
    write(tmp_path, {"pom.xml": POM.format(more=more)})
    assert classes_of(tmp_path) == tmp_path / classes


def test_what_cannot_be_asked_of_a_build(world: World, make_jdk: Callable[..., Path]) -> None:
    """The oldest releases of open ranges, and a lock file of Maven: both are refused with what to do."""
    bare = replace(world, environ={"PATH": "", "DVARA_EXAMPLES_JAVA_HOME": str(make_jdk("jdk", "21.0.1"))})
    runtime = toolchain().probe(bare)
    assert isinstance(runtime, Runtime)
    found = declared(bare, {"app/pom.xml": POM.format(more=dependency("[1,2)"))})
    with pytest.raises(ToolchainError, match=r"app/pom\.xml leaves releases open, and Maven takes the newest of them"):
        toolchain().prepare(runtime, world.root, bare, lambda _: None, Deps.LOWEST, found)
    with pytest.raises(ToolchainError, match=r"app/pom\.xml has no lock file; write exact versions into it, as Maven has none"):
        toolchain().lock(found, runtime, bare, lambda _: None)


def test_a_module_is_built_with_those_that_it_needs(world: World) -> None:
    """The whole build is that of the topmost folder which has it as a module, however deep; a parent that has not is left out."""
    modules = "<modules><module>{}</module></modules>"
    write(world.root, {"pom.xml": POM.format(more="")})
    write(world.root, {"all/pom.xml": POM.format(more=modules.format("group/pom.xml"))})
    write(world.root, {"all/group/pom.xml": POM.format(more=modules.format("app")), "all/group/app/pom.xml": POM})
    build = find_build(world.root / "all" / "group" / "app", world)
    told = words(Path("/copy"), build, offline=True, update=False)
    assert (build.top, " ".join(told[3:8])) == (world.root, "-o -f /copy/all/pom.xml -pl group/app")


MAVEN_SAID = """[ERROR] COMPILATION ERROR :
[ERROR] /p/src/main/java/Ask.java:[5,9] cannot find symbol
  symbol: class Nothing
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.1:compile (default-compile): Compilation failure
[ERROR] -> [Help 1]
"""
GRADLE_SAID = """
FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':compileJava'.
> Could not resolve all files for configuration ':compileClasspath'.
   > Could not find com.acme:nothing:1.

* Try:
> Run with --stacktrace option to get the stack trace.
"""


def test_what_a_build_tool_says_is_cut_to_what_matters() -> None:
    """The lines of javac alone where it does not compile, else the cause; advice about options of the tool is left out."""
    assert maven_failed(MAVEN_SAID) == ("compile", ["/p/src/main/java/Ask.java:5: cannot find symbol"])
    said = "[ERROR] Could not resolve dependencies for project a:b:jar:1: Could not find artifact x -> [Help 1]\n[ERROR] \n"
    assert maven_failed(said) == ("resolve", ["Could not resolve dependencies for project a:b:jar:1: Could not find artifact x"])
    assert gradle_failed(GRADLE_SAID) == (
        "resolve",
        [
            "Execution failed for task ':compileJava'.",
            "> Could not resolve all files for configuration ':compileClasspath'.",
            "   > Could not find com.acme:nothing:1.",
        ],
    )
    no_task = "* What went wrong:\nTask 'dvaraExamplesClassPath' not found in project ':app'.\n"
    assert gradle_failed(no_task) == ("build", ["it makes no Java classes: add the plug-in java or application"])
    assert gradle_failed("/p/Ask.java:3: error: ';' expected\n    int a\n")[1] == ["/p/Ask.java:3: ';' expected"]


def test_init_tells_classes_of_a_build_from_scripts(tmp_path: Path) -> None:
    """What lies among a build's sources is one, but for a script of JBang, and for sources without a build."""
    place = "src/main/java/com/acme/Ask.java"
    write(tmp_path, {"a/build.gradle.kts": "", f"a/{place}": ASKS, f"b/{place}": ASKS})
    write(tmp_path, {"c/pom.xml": POM, f"c/{place}": "//DEPS a:b:1\n" + ASKS})
    found = [survey_script(tmp_path / name / place, f"{name}/{place}", "java").built for name in "abc"]
    assert [(each.project.name, each.main) if each else None for each in found] == [("a", "com.acme.Ask"), None, None]

"""Classes of a Maven project as examples: the build's own class path, nothing written into it, and each way it can be broken."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import Tool
from tests.integration.test_broken_repositories import contents

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # Maven is started, and fetches its plug-ins at first

HEAD = "<project xmlns='http://maven.apache.org/POM/4.0.0'><modelVersion>4.0.0</modelVersion>"
RELEASE = "<properties>{}</properties>".format(
    "".join(f"<maven.compiler.{name}>17</maven.compiler.{name}>" for name in ("source", "target"))
)
OWN = "<groupId>com.acme</groupId><artifactId>{name}</artifactId><version>1-SNAPSHOT</version>"
PARENT = f"<parent>{OWN.format(name='all')}</parent>"
NEEDS = "<dependencies><dependency>{}</dependency></dependencies>"
BODY = """package com.acme.lib;
public class Body {
  public static String of(String text) {
    return "{\\"model\\": \\"gpt-4o\\", \\"messages\\": [{\\"role\\": \\"user\\", \\"content\\": \\"" + text + "\\"}]}";
  }
}
"""
ASK = """package com.acme.app;
import com.acme.lib.Body;
import java.net.URI;
import java.net.http.*;

/** Asks once and prints what came. */
public class AskOnce {
  public static void main(String[] args) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(System.getenv("DVARA_URL") + "/chat/completions"))
        .header("Authorization", "Bearer " + System.getenv("DVARA_API_KEY")).header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(Body.of("Hello"))).build();
    var body = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    System.out.println(body.split("\\"content\\": ?\\"")[1].split("\\"")[0]);
  }
}
"""
SINGLE = f"{HEAD}{OWN.format(name='one')}{RELEASE}</project>"
AT_ONCE = (
    ASK.replace("import com.acme.lib.Body;\n", "")
    .replace("Body.of(", "AskOnce.of(")
    .replace("  public static void main", BODY.partition("Body {\n")[2].removesuffix("}\n") + "  public static void main")
)
WRAPPER_PLUGIN = "org.apache.maven.plugins:maven-wrapper-plugin:3.3.4:wrapper"
WRAPPER_NEEDS = (
    *(
        "basename",
        "cat",
        "chmod",
        "curl",
        "dirname",
        "env",
        "expr",
        "grep",
        "gzip",
        "head",
        "java",
        "javac",
        "ls",
        "mkdir",
        "mktemp",
    ),
    *("mv", "od", "printf", "rm", "sed", "sh", "tar", "tr", "uname", "unzip", "wget"),
)
"""What `mvnw` and `mvn` call; all but Maven itself."""
ENTRY = """version: 1
examples:
  - id: ask
    title: Ask
    expect: {{exit: 0}}
    variants:
      java: {{file: src/main/java/Ask.java, {more}}}
"""
FINE = "class Ask { public static void main(String[] args) {} }\n"


def write(root: Path, files: dict[str, str]) -> None:
    """Write *files* below *root*."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def maven() -> None:
    """Skip if there is no Maven; a machine that calls itself CI must have one."""
    if shutil.which("mvn") is None:
        assert not os.environ.get("CI"), "no mvn on PATH"
        pytest.skip("no mvn on PATH")


@pytest.mark.usefixtures("maven")
def test_a_class_of_a_build_with_several_modules(tool: Tool, tmp_path: Path) -> None:
    """`init` names its build, `run` builds it once and needs no network again, and nothing but the manifest is new."""
    root, cache = tmp_path / "theirs", {"DVARA_EXAMPLES_CACHE": str(tmp_path / "cache")}
    lib = "<groupId>com.acme</groupId><artifactId>lib</artifactId><version>${project.version}</version>"
    modules = "<packaging>pom</packaging><modules><module>lib</module><module>app</module></modules>"
    files = {
        "pom.xml": f"{HEAD}{OWN.format(name='all')}{modules}{RELEASE}</project>",
        "lib/pom.xml": f"{HEAD}{PARENT}<artifactId>lib</artifactId></project>",
        "lib/src/main/java/com/acme/lib/Body.java": BODY,
        "app/pom.xml": f"{HEAD}{PARENT}<artifactId>app</artifactId>{NEEDS.format(lib)}</project>",
        "app/src/main/java/com/acme/app/AskOnce.java": ASK,
    }
    write(root, files)
    made = tool("init", cwd=root)
    assert made.code == 0, made.stderr
    manifest = root / "examples" / "manifest.yaml"
    (entry,) = yaml.safe_load(manifest.read_text())["examples"]
    assert entry["variants"] == {
        "java": {
            "file": "../app/src/main/java/com/acme/app/AskOnce.java",
            "project": "../app",
            "main": "com.acme.app.AskOnce",
        }
    }
    assert (entry["title"], entry["tags"]) == ("Asks once and prints what came", ["app"])
    ran = tool("run", "all", cwd=root, env=cache, timeout_s=600)
    assert ran.outcomes == {"ask-once[java]": "passed"}, ran.stdout + ran.stderr
    assert "Maven builds app/pom.xml" in ran.stderr
    assert contents(root).keys() - files.keys() == {"examples/manifest.yaml", "examples/manifest.schema.json"}
    again = tool("run", "all", "--offline", cwd=root, env=cache)
    assert again.outcomes == {"ask-once[java]": "passed"}, again.stdout + again.stderr
    assert "Maven builds" not in again.stderr
    planned = tool("plan", "all", cwd=root, env=cache)
    assert "needs  app/pom.xml  ask-once[java]" in planned.stdout
    manifest.write_text(manifest.read_text().replace("main: com.acme.app.AskOnce", "main: com.acme.app.AskTwice"))
    unknown = tool("run", "all", cwd=root, env=cache)
    assert unknown.code == 3
    told = " ".join(unknown.reasons["ask-once[java]"].split())
    assert "expected the class com.acme.app.AskTwice in the build of app/pom.xml, found com.acme.app.AskOnce" in told
    assert "did you mean com.acme.app.AskOnce?" in told


@pytest.mark.usefixtures("maven")
def test_a_wrapper_brings_its_own_maven(tool: Tool, tmp_path: Path) -> None:
    """With no `mvn` on PATH, and with sources and classes in other folders than the usual ones; offline it fetches nothing."""
    root, home, nothing = tmp_path / "theirs", tmp_path / "home", tmp_path / "bin"
    places = (
        "<build><sourceDirectory>code</sourceDirectory><outputDirectory>${project.build.directory}/made</outputDirectory></build>"
    )
    write(root, {"pom.xml": SINGLE.replace("</project>", f"{places}</project>"), "code/com/acme/app/AskOnce.java": AT_ONCE})
    subprocess.run(["mvn", "-q", "-B", WRAPPER_PLUGIN], cwd=root, timeout=300, check=True)
    shutil.rmtree(root / "target", ignore_errors=True)
    before = contents(root)
    assert tool("init", cwd=root).code == 0
    (entry,) = yaml.safe_load((root / "examples" / "manifest.yaml").read_text())["examples"]
    assert entry["variants"]["java"] == {
        "file": "../code/com/acme/app/AskOnce.java",
        "project": "..",
        "main": "com.acme.app.AskOnce",
    }
    nothing.mkdir()
    for name in WRAPPER_NEEDS:
        if (found := shutil.which(name)) is not None:
            (nothing / name).symlink_to(found)
    env = {"PATH": str(nothing), "HOME": str(home), "DVARA_EXAMPLES_CACHE": str(tmp_path / "cache")}
    refused = tool("run", "all", "--offline", cwd=root, env=env)
    assert refused.code == 3
    told = " ".join(refused.reasons["ask-once[java]"].split())
    assert told.startswith("--offline forbids the download of the Maven that .mvn/wrapper/maven-wrapper.properties names; run ")
    ran = tool("run", "all", cwd=root, env=env, timeout_s=600)
    assert ran.outcomes == {"ask-once[java]": "passed"}, ran.stdout + ran.stderr
    assert contents(root).keys() - before.keys() == {"examples/manifest.yaml", "examples/manifest.schema.json"}


@pytest.mark.usefixtures("maven")
@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"pom.xml": SINGLE, "src/main/java/Ask.java": FINE.replace("{}", "{ int number = 1 }")},
            "the classes of pom.xml do not compile; fix what javac reports: src/main/java/Ask.java:1: ';' expected",
        ),
        (
            {"pom.xml": SINGLE.replace("</project>", f"{NEEDS.format(OWN.format(name='nothing'))}</project>")},
            "Could not find artifact com.acme:nothing:jar:1-SNAPSHOT",
        ),
        ({"pom.xml": "<project>"}, "Maven could not build pom.xml, it ended with 1; correct what it names here"),
    ],
    ids=("does not compile", "a dependency that nobody has", "a pom.xml that is none"),
)
def test_a_broken_build_is_told_in_one_sentence(tool: Tool, tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    """In Maven's or javac's own words, with the file as it is relative to here; nothing is written or kept."""
    root = tmp_path / "theirs"
    write(root, {"manifest.yaml": ENTRY.format(more="project: ."), "src/main/java/Ask.java": FINE, **files})
    before = contents(root)
    env = {"DVARA_EXAMPLES_CACHE": str(tmp_path / "cache")}
    ran = tool("run", "all", "--manifest", "manifest.yaml", cwd=root, env=env, timeout_s=600)
    assert ran.code == 3, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"errored"}
    assert sentence in " ".join(ran.reasons["ask[java]"].split())
    assert "[Help" not in ran.stdout
    assert contents(root) == before
    assert list((tmp_path / "cache").rglob("complete")) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("main: Ask", "expected 'project' next to 'main', found none hint: add project:"),
        ("project: nowhere", "expected an existing folder, found no folder 'nowhere'"),
        ("project: ., packages: [a]", "expected 'packages' or 'project', found both"),
        ("project: ., main: a/B.java", "expected the name of a class, such as com.example.Chat, found 'a/B.java'"),
    ],
)
def test_a_wrong_entry_is_refused(tool: Tool, tmp_path: Path, more: str, sentence: str) -> None:
    """With its place in the manifest, before anything starts."""
    write(tmp_path / "theirs", {"manifest.yaml": ENTRY.format(more=more), "pom.xml": SINGLE, "src/main/java/Ask.java": FINE})
    ran = tool("plan", "all", "--manifest", "manifest.yaml", cwd=tmp_path / "theirs")
    assert ran.code == 2
    assert sentence in " ".join(ran.stderr.split())


def test_only_languages_with_builds_have_them(tool: Tool, tmp_path: Path) -> None:
    """A Python script is no class of a build."""
    manifest = ENTRY.format(more="project: .").replace("java: {file: src/main/java/Ask.java", "python: {file: ask.py")
    write(tmp_path / "theirs", {"manifest.yaml": manifest, "ask.py": "print()\n"})
    ran = tool("plan", "all", "--manifest", "manifest.yaml", cwd=tmp_path / "theirs")
    assert ran.code == 2
    assert "expected a known key, found 'project'" in ran.stderr

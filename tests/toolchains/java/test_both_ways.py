"""Facts that hold with JBang and without it: each script here is built and started both ways."""

import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, PreparedRuntime, Runtime
from dvara_examples.toolchains._java.jdk import RequiredJava, find_jdks, newest
from dvara_examples.toolchains.java import toolchain

pytestmark = pytest.mark.slow

Run = Callable[[Command], "subprocess.CompletedProcess[str]"]
WAYS = ("jbang", "built-in")

PATTERNS = """
class Preview { public static void main(String... a) {
  int n = switch (a.length) { case int i when i > 0 -> i; case int i -> 100 + i; };
  System.out.println(n); } }
"""
OPENS = """
class Opens { public static void main(String... a) throws Exception {
  String.class.getDeclaredField("value").setAccessible(true); System.out.println("open"); } }
"""
RIGHT = 'public static void main(String... a) { System.out.println("right"); }'
WRONG = RIGHT.replace("right", "wrong")
INTERNAL = (
    "class I { public static void main(String... a) { System.out.println(jdk.internal.misc.Unsafe.class.getSimpleName()); } }"
)


@pytest.fixture(params=WAYS)
def both_world(request: pytest.FixtureRequest, jbang_world: World) -> World:
    """Return a World for each of the two ways, with a cache in which nothing is built."""
    environ = {**jbang_world.environ, "DVARA_EXAMPLES_JAVA_LAUNCHER": request.param}
    return replace(jbang_world, environ=environ)


@pytest.fixture
def prepared(runtime: Runtime, both_world: World, tmp_path: Path) -> PreparedRuntime:
    """Return the toolchain, ready."""
    return toolchain().prepare(runtime, tmp_path, both_world, lambda _: None)


@pytest.fixture
def printed(prepared: PreparedRuntime, tmp_path: Path, run: Run) -> Callable[..., str]:
    """Return a function that writes scripts, starts the first and returns what it printed."""

    def write_and_run(**texts: str) -> str:
        for name, text in texts.items():
            (tmp_path / f"{name}.java").write_text(text, "utf-8")
        ended = run(prepared.command(tmp_path / f"{next(iter(texts))}.java"))
        return ended.stdout if ended.returncode == 0 else ended.stderr

    return write_and_run


def test_preview_script_is_started_with_preview_features(printed: Callable[..., str], runtime: Runtime) -> None:
    """//PREVIEW holds for javac and for the JVM, with internals opened to javac too."""
    if not runtime.version.startswith("25"):
        pytest.skip(f"the script needs what is in preview in JDK 25, found {runtime.version}")
    assert printed(Preview=f"//JAVA 25+\n//PREVIEW\n{PATTERNS}") == "100\n"


def test_preview_goes_with_exported_internals(printed: Callable[..., str]) -> None:
    """Javac refuses --add-exports next to --release, so //PREVIEW is built with -source."""
    internals = "--add-exports java.base/jdk.internal.misc=ALL-UNNAMED"
    assert printed(I=f"//PREVIEW\n//COMPILE_OPTIONS {internals}\n//RUNTIME_OPTIONS {internals}\n{INTERNAL}") == "Unsafe\n"


def test_manifest_opens_packages(printed: Callable[..., str]) -> None:
    """//MANIFEST Add-Opens opens a package when the script is started."""
    assert printed(Opens=f"//MANIFEST Add-Opens=java.base/java.lang\n{OPENS}") == "open\n"


def test_manifest_options(prepared: PreparedRuntime, tmp_path: Path) -> None:
    """Add-Opens, Add-Exports and Enable-Native-Access become options of the JVM; other attributes stay in the jar."""
    (tmp_path / "A.java").write_text(
        "//MANIFEST Add-Opens=java.base/java.lang Add-Exports=java.base/sun.net.util\n"
        "//MANIFEST Enable-Native-Access=ALL-UNNAMED\n"
        "//MANIFEST Implementation-Version=7\nclass A { public static void main(String[] a) {} }"
    )
    argv = prepared.command(tmp_path / "A.java").argv
    assert "--add-opens=java.base/java.lang=ALL-UNNAMED" in argv
    assert "--add-exports=java.base/sun.net.util=ALL-UNNAMED" in argv
    assert "--enable-native-access=ALL-UNNAMED" in argv
    assert not [word for word in argv if "Implementation" in word]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("A", f"class A {{ }} class B {{ {RIGHT} }}"),
        ("x", f"class App {{ {RIGHT} }} class T {{ void t(String[] x) {{ App.main(x); }} }}"),
        ("A", f"class B {{ {WRONG} }} class A {{ {RIGHT} }}"),
        ("A", f"class B {{ {RIGHT} }} class A extends B {{ }}"),
        ("A", f"//MAIN B\nclass A {{ {WRONG} }} class B {{ {RIGHT} }}"),
    ],
    ids=["named without main", "caller of a main", "named with main", "inherited", "named by a directive"],
)
def test_class_that_declares_main_is_started(name: str, text: str, printed: Callable[..., str]) -> None:
    """A class counts that declares main itself; the file's name decides only between several."""
    assert printed(**{name: text}) == "right\n"


def test_main_without_arguments_is_started(runtime: Runtime, prepared: PreparedRuntime, tmp_path: Path, run: Run) -> None:
    """`void main()` counts in a class that is not named like the file."""
    if int(runtime.version.partition(".")[0]) < 25:
        pytest.skip(f"instance main methods are final since JDK 25, found {runtime.version}")
    (tmp_path / "my-app.java").write_text('class App { void main() { System.out.println("right"); } }')
    assert run(prepared.command(tmp_path / "my-app.java")).stdout == "right\n"


def test_nested_main_is_refused(prepared: PreparedRuntime, tmp_path: Path) -> None:
    """A main method in a nested class does not count; JBang builds such a script and only then refuses it."""
    (tmp_path / "A.java").write_text("class A { static class In { public static void main(String[] a) {} } }")
    with pytest.raises(ToolchainError, match=r"A\.java has no main method in a top-level class"):
        prepared.command(tmp_path / "A.java")


def test_exact_java_of_an_included_source(prepared: PreparedRuntime, tmp_path: Path, both_world: World, run: Run) -> None:
    """An included source that asks for one Java exactly decides over the script's open request."""
    older = newest([jdk for jdk in find_jdks(both_world) if jdk.feature < 21], RequiredJava(17))
    if older is None:
        pytest.skip("no JDK from 17 to 20 was found")
    version = 'System.getProperty("java.specification.version")'
    text = f"class Main {{ public static void main(String[] a) {{ System.out.println({version}); }} }}"
    (tmp_path / "Main.java").write_text(f"//JAVA 17+\n//SOURCES Part.java\n{text}")
    (tmp_path / "Part.java").write_text(f"//JAVA {older.feature}\nclass Part {{}}")
    assert run(prepared.command(tmp_path / "Main.java")).stdout == f"{older.feature}\n"


def test_classes_of_the_working_folder_are_compiled_in(printed: Callable[..., str]) -> None:
    """Without //DEPS javac looks into the working folder, and a class that no directive names is found there."""
    a = "class A { public static void main(String[] a) { System.out.println(Beside.text()); } }"
    b = "class Beside { static String text() { return Next.TEXT; } }"
    assert printed(A=a, Beside=b, Next='class Next { static final String TEXT = "found"; }') == "found\n"


def test_module_runs_on_the_class_path(printed: Callable[..., str]) -> None:
    """//MODULE does not make a script run as a module; only ``--module`` on JBang's command line does."""
    text = (
        "package p; public class A { public static void main(String[] a) { System.out.println(A.class.getModule().isNamed()); } }"
    )
    assert printed(A=f"//MODULE\n{text}") == "false\n"


def test_variables_that_add_options(runtime: Runtime, both_world: World, tmp_path: Path, run: Run) -> None:
    """JBANG_APP_JAVA_OPTIONS is in force."""
    world = replace(both_world, environ={**both_world.environ, "JBANG_APP_JAVA_OPTIONS": "-Dx=from-variable"})
    (tmp_path / "A.java").write_text(
        'class A { public static void main(String[] a) { System.out.println(System.getProperty("x")); } }'
    )
    assert (
        run(toolchain().prepare(runtime, tmp_path, world, lambda _: None).command(tmp_path / "A.java")).stdout
        == "from-variable\n"
    )


@pytest.mark.parametrize("name", ["JDK_JAVAC_OPTIONS", "JDK_JAVA_OPTIONS"])
def test_options_for_other_programs_spoil_no_build(
    name: str, runtime: Runtime, both_world: World, tmp_path: Path, run: Run
) -> None:
    """What another project wants of its compiler, or of its JVMs, is not what an example is built and started with."""
    world = replace(both_world, environ={**both_world.environ, name: "--no-such-option"})
    (tmp_path / "A.java").write_text('class A { public static void main(String[] a) { System.out.println("up"); } }')
    assert run(toolchain().prepare(runtime, tmp_path, world, lambda _: None).command(tmp_path / "A.java")).stdout == "up\n"


def test_changed_neighbour_is_compiled_again(runtime: Runtime, java_world: World, tmp_path: Path, run: Run) -> None:
    """The built-in way notices a change in a class that javac found in the working folder."""
    prepared = toolchain().prepare(runtime, tmp_path, java_world, lambda _: None)
    (tmp_path / "A.java").write_text("class A { public static void main(String[] a) { System.out.println(Beside.TEXT); } }")
    for text in ("first", "second"):
        (tmp_path / "Beside.java").write_text(f'class Beside {{ static String TEXT = "{text}"; }}')
        assert run(prepared.command(tmp_path / "A.java")).stdout == f"{text}\n"


def test_manifest_of_the_built_jar(runtime: Runtime, java_world: World, tmp_path: Path, run: Run) -> None:
    """The built-in way writes //MANIFEST into the jar, so that a package knows its version."""
    prepared = toolchain().prepare(runtime, tmp_path, java_world, lambda _: None)
    (tmp_path / "A.java").write_text(
        "//MANIFEST Implementation-Version=7\npackage p; class A { public static void main(String[] a) { "
        "System.out.println(A.class.getPackage().getImplementationVersion()); } }"
    )
    command = prepared.command(tmp_path / "A.java")
    assert run(command).stdout == "7\n"
    jar = Path(command.argv[command.argv.index("-cp") + 1])
    with zipfile.ZipFile(jar) as content:
        assert b"Main-Class: p.A" in content.read("META-INF/MANIFEST.MF")

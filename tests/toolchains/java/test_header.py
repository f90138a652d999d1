"""The grammar of JBang's directives."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._java.expressions import expand
from dvara_examples.toolchains._java.header import Header, directives, parse_header, wanted_java
from dvara_examples.toolchains._java.jdk import RequiredJava


@pytest.mark.parametrize(
    "line",
    [
        "// DEPS a:b:1",
        " //DEPS a:b:1",
        "///DEPS a:b:1",
        "//DEPS: a:b:1",
        "//deps a:b:1",
        "/*DEPS a:b:1",
        "//X:DEPS a:b:1",
        "//DEPSX a:b:1",
    ],
)
def test_what_is_no_directive(line: str) -> None:
    """A directive stands at column 0, right behind two slashes, in upper case, under its plain name."""
    assert parse_header(line) == Header()


@pytest.mark.parametrize("text", ["/*\n//DEPS a:b:1\n*/", "class A {\r\n//DEPS a:b:1\r\n}", 'var s = """\r//DEPS a:b:1\r""";'])
def test_directives_count_everywhere(text: str) -> None:
    """Comments, bodies and text blocks do not hide a directive, whatever ends the lines."""
    assert parse_header(text).deps == ("a:b:1",)


@pytest.mark.parametrize(
    "value",
    ["a:b:1 c:d:2", "a:b:1,c:d:2", "a:b:1; c:d:2", "\"a:b:1\" 'c:d:2'", "a:b:1\tc:d:2 // for reading", "  a:b:1   ,,  c:d:2  "],
)
def test_lists_are_split(value: str) -> None:
    """Items are parted by white space, commas or semicolons, may be quoted, and end at a trailing comment."""
    assert parse_header(f"//DEPS {value}").deps == ("a:b:1", "c:d:2")


def test_quotes_keep_a_range_together() -> None:
    """A version range in quotes is one item though it holds a comma."""
    assert parse_header("//DEPS 'a:b:[1,2)'").deps == ("a:b:[1,2)",)


def test_address_is_no_comment() -> None:
    """Two slashes inside an address do not start a trailing comment, as no white space stands before them."""
    assert parse_header("//REPOS mine=https://repo.example.com/maven // ours").repos == ("mine=https://repo.example.com/maven",)


def test_options_of_both_names_add_up() -> None:
    """Both spellings of an option line count, the longer name's first; quotes keep white space."""
    header = parse_header(
        "//JAVA_OPTIONS -Db=2\n//RUNTIME_OPTIONS '-Da=x y' -ea\n//JAVAC_OPTIONS -Werror\n//COMPILE_OPTIONS -Xlint:all"
    )
    assert header.runtime_options == ("-Da=x y", "-ea", "-Db=2")
    assert header.compile_options == ("-Xlint:all", "-Werror")


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("", None),
        ("//JAVA 21", RequiredJava(21, or_newer=False)),
        ("//JAVA 21+", RequiredJava(21)),
        ("//JAVA 25\n//JAVA 21+", RequiredJava(21)),
        ("//JAVA 21\n//JAVA 25", RequiredJava(21, or_newer=False)),
        ("//JAVA 21+\n//JAVA 25+", RequiredJava(21)),
    ],
)
def test_java(lines: str, wanted: RequiredJava | None) -> None:
    """The first line with a plus sign counts, else the first line."""
    assert parse_header(lines).wanted == wanted
    assert wanted_java(directives(lines, str)) == wanted


@pytest.mark.parametrize("value", ["twenty", "21.0", "21 +", "", ">=21"])
def test_java_that_is_no_number(value: str) -> None:
    """Anything but a number with or without plus is refused, with what is accepted."""
    with pytest.raises(ToolchainError, match=r"write //JAVA 21\+"):
        parse_header(f"//JAVA {value}")
    assert wanted_java(directives(f"//JAVA {value}", str)) is None


def test_main() -> None:
    """The first main class counts, and has to be a class name."""
    assert parse_header("//MAIN com.example.A\n//MAIN B").main == "com.example.A"
    with pytest.raises(ToolchainError, match=r"//MAIN says 'two words'; the full name of a class"):
        parse_header("//MAIN two words")


def test_the_rest() -> None:
    """Sources, files and preview are read; what concerns documentation or native images is passed over."""
    header = parse_header(
        "//SOURCES a.java,b/\n//FILES x=y\n//PREVIEW\n//DESCRIPTION text\n//CDS\n//GAV g:a\n//NATIVE_OPTIONS -O1\n//UNKNOWN x"
    )
    assert header == Header(sources=("a.java", "b/"), files=("x=y",), preview=True)


@pytest.mark.parametrize("line", ["//JAVAAGENT", '@Grab("a:b:1")', '@GrabResolver("x")'])
def test_what_needs_jbang(line: str) -> None:
    """Directives that only JBang can follow are remembered."""
    assert len(parse_header(line).only_with_jbang) == 1


@pytest.mark.parametrize("line", ["//KOTLIN 2.0", "//GROOVY 4"])
def test_other_languages_are_ignored_in_java(line: str) -> None:
    """JBang looks at the version of Kotlin or Groovy in their own scripts alone."""
    assert parse_header(line) == Header()


def test_annotation_in_a_comment() -> None:
    """A Groovy annotation behind a comment sign is text."""
    assert parse_header('// use @Grab("a:b:1")').only_with_jbang == ()


def test_values_are_expanded_before_they_are_split() -> None:
    """One expression may stand for several items."""
    assert parse_header("//DEPS ${all}", lambda value: value.replace("${all}", "a:b:1 c:d:2")).deps == ("a:b:1", "c:d:2")


def test_further_source_adds_but_keeps_the_main_class() -> None:
    """Dependencies and options of a further source are added once; its main class is not taken."""
    script = parse_header("//DEPS a:b:1\n//MAIN A\n//MANIFEST X=1 Y=1")
    joined = script.joined(parse_header("//DEPS a:b:1 c:d:2\n//MAIN B\n//PREVIEW\n//MANIFEST X=2\n//NOINTEGRATIONS\n//MODULE"))
    assert joined == Header(deps=("a:b:1", "c:d:2"), main="A", manifest={"X": "2", "Y": "1"})


@pytest.mark.parametrize(
    ("script", "included", "wanted"),
    [
        ("17+", "17", RequiredJava(17, or_newer=False)),
        ("17", "25+", RequiredJava(17, or_newer=False)),
        ("21+", "25+", RequiredJava(21)),
        ("25", "21", RequiredJava(25, or_newer=False)),
        ("25\n//JAVA 21+", "17", RequiredJava(17, or_newer=False)),
    ],
)
def test_exact_java_of_any_source_beats_an_open_one(script: str, included: str, wanted: RequiredJava) -> None:
    """Across sources an exact //JAVA wins, within one source an open one; otherwise the first, whatever the numbers."""
    assert parse_header(f"//JAVA {script}").joined(parse_header(f"//JAVA {included}")).wanted == wanted


def test_manifest() -> None:
    """Attributes are parted by white space; quotes keep a value with spaces together, and a name alone means true."""
    header = parse_header("//MANIFEST Add-Opens=java.base/java.lang 'X=a b' Flag")
    assert header.manifest == {"Add-Opens": "java.base/java.lang", "X": "a b", "Flag": "true"}
    with pytest.raises(ToolchainError, match="//MANIFEST says 'a=b=c'"):
        parse_header("//MANIFEST a=b=c")


def test_variables_add_values() -> None:
    """JBANG_APP_<NAME> adds to options after those of the script, and not to dependencies."""
    environ = {"JBANG_APP_JAVA_OPTIONS": "-Db=2", "JBANG_APP_PREVIEW": "", "JBANG_APP_DEPS": "a:b:1"}
    header = parse_header("//JAVA_OPTIONS -Da=1", environ=environ)
    assert header == Header(runtime_options=("-Da=1", "-Db=2"), preview=True)


def test_comment_needs_a_blank_after_its_slashes() -> None:
    """`a:b:1 //note` names a dependency `//note`; only `// note` is a comment."""
    assert parse_header("//DEPS a:b:1 //note").deps == ("a:b:1", "//note")
    assert parse_header("//DEPS a:b:1 // note").deps == ("a:b:1",)


@pytest.mark.parametrize("name", ["DESCRIPTION", "GAV", "DOCS", "UNKNOWN"])
def test_expressions_count_in_every_directive(name: str) -> None:
    """A dollar sign with braces is expanded even where nothing is built from the value, so that one without value is refused."""
    with pytest.raises(ToolchainError, match=r"\$\{price\} has no value"):
        parse_header(f"//{name} costs ${{price}}", lambda value: expand(value, {}, {}))


@given(st.text() | st.lists(st.sampled_from(["//DEPS", "//JAVA", " ", "21+", '"', "'", "\n", ",", "//", "@Grab("])).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text breaks the parser."""
    with contextlib.suppress(ToolchainError):
        parse_header(text)

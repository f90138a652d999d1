"""What a script's text says of the address it asks and the variables it reads."""

import pytest

from dvara_examples.scaffold.script_lines import addresses, code_of, variables_read, why_no_request

PYTHON = """\
'''Ask http://localhost:1/v1 or read os.environ["NOT_THIS"].'''
import os
from os import getenv

# client = OpenAI(base_url="http://localhost:2/v1")
client = OpenAI(
    base_url="http://localhost:8080/v1",
    api_key=os.environ["MY_KEY"],
)
print("see https://example.com/docs", os.getenv("MY_MODEL", "gpt-4o"), os.environ.get('MY_MODEL'), getenv("MY_ORG"))
"""
NODE = """\
/* http://localhost:1/v1
   process.env.NOT_THIS */
// process.env.NOR_THIS
const client = new OpenAI({ apiKey: process.env.MY_KEY, baseURL: process.env["MY_URL"] ?? "http://localhost:8080/v1" });
const model = Deno.env.get("MY_MODEL");
"""
JAVA = """\
class A {
  // System.getenv("NOT_THIS")
  static String key = System.getenv("MY_KEY"), url = System.getenv().getOrDefault("MY_URL", "http://localhost:8080/v1");
}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PYTHON, [("MY_KEY", 8, True), ("MY_MODEL", 10, False), ("MY_ORG", 10, False)]),
        (NODE, [("MY_KEY", 4, False), ("MY_URL", 4, False), ("MY_MODEL", 5, False)]),
        (JAVA, [("MY_KEY", 3, False), ("MY_URL", 3, False)]),
    ],
    ids=["python", "node", "java"],
)
def test_variables_are_found_with_their_lines(text: str, expected: list[tuple[str, int, bool]]) -> None:
    """Each language's ways to read one, and none of those in comments and docstrings."""
    assert [(read.name, read.line, read.needed) for read in variables_read(code_of(text))] == expected


@pytest.mark.parametrize(("text", "line"), [(PYTHON, 7), (NODE, 4), (JAVA, 3)], ids=["python", "node", "java"])
def test_the_address_that_requests_go_to(text: str, line: int) -> None:
    """The literal that a client is given, and not the link to somebody's documentation."""
    assert [(found.line, found.url) for found in addresses(code_of(text))] == [(line, "http://localhost:8080/v1")]


def test_an_address_that_a_set_variable_replaces_is_no_reason() -> None:
    """A default next to a variable that is set was not used."""
    text = "import os\nurl = os.environ.get('DVARA_URL', 'http://localhost:8080/v1')\nkey = os.environ['MY_KEY']\n"
    assert list(why_no_request(text, ["DVARA_URL"])) == ["3: reads MY_KEY, which is not set"]
    assert next(why_no_request(text, [])) == "2: holds the address http://localhost:8080/v1"

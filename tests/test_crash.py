"""What stderr says of a script's end, in the words of each runtime."""

import pytest

from dvara_examples.records.crash import crashed, error_line, variables_named
from dvara_examples.records.transcript import ProcessEnd
from tests.factories import make_transcript

PYTHON = """Traceback (most recent call last):
  File "a.py", line 1, in <module>
    os.environ["MY_KEY"]
ValueError: while handling

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in <module>
openai.OpenAIError: The api_key client option must be set by the OPENAI_API_KEY environment variable
"""
NODE = """file:///a.mjs:3
throw new TypeError("fetch failed");
      ^

TypeError: fetch failed
    at file:///a.mjs:3:7
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:8080

Node.js v22.1.0
"""
NODE_CODE = """node:internal/modules/esm/resolve:314
  throw new ERR_PACKAGE_PATH_NOT_EXPORTED(
        ^

Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath './auth' is not defined by exports
    at Hooks.resolve (node:internal/modules/esm/hooks:306:30) {
  code: 'ERR_PACKAGE_PATH_NOT_EXPORTED'
}

Node.js v20.20.2
"""
JAVA = """Exception in thread "main" java.net.ConnectException: refused
\tat A.main(A.java:3)
Caused by: java.nio.channels.ClosedChannelException
"""


@pytest.mark.parametrize(
    ("stderr", "line"),
    [
        (PYTHON, "openai.OpenAIError: The api_key client option must be set by the OPENAI_API_KEY environment variable"),
        (NODE, "TypeError: fetch failed"),
        (NODE_CODE, "Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath './auth' is not defined by exports"),
        ("something is wrong {\n    at f (node:internal/a:1:2)\n  }\n\nNode.js v20.20.2\n", "something is wrong {"),
        (JAVA, 'Exception in thread "main" java.net.ConnectException: refused'),
        ("warning: old\nusage: a.py FILE\n\n", "usage: a.py FILE"),
        ("", ""),
    ],
    ids=["python", "node", "node with a code", "only a stack", "java", "plain", "empty"],
)
def test_the_line_that_names_the_error(stderr: str, line: str) -> None:
    """The last of Python's, the first of the others', else the last line."""
    assert error_line(stderr) == line


@pytest.mark.parametrize(
    ("end", "stderr", "expected"),
    [
        (ProcessEnd(1), NODE, "TypeError: fetch failed"),
        (ProcessEnd(0), PYTHON, None),
        (ProcessEnd(1), "the stream was cut\n", None),
        (ProcessEnd(None, signal="SIGSEGV"), "", "it was ended by SIGSEGV"),
    ],
    ids=["uncaught", "survived", "on purpose", "signal"],
)
def test_a_crash_is_told_from_a_failure_that_is_meant(end: ProcessEnd, stderr: str, expected: str | None) -> None:
    """A script that says in its own words why it fails has not crashed."""
    assert crashed(make_transcript(process=end, stderr=stderr)) == expected


def test_variables_in_an_error() -> None:
    """Words in capitals with an underscore are taken for variables."""
    assert variables_named("KeyError: 'MY_KEY' (HTTP 401, see MY_KEY and A_1)") == ("MY_KEY", "A_1")

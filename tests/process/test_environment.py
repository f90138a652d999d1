import json
import os
import sys
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.process import ExecuteRequest, child_environment, run_process
from dvara_examples.records.model import Limits

CANARIES = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ANTHROPIC_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "DVARA_API_KEY",
    "DVARA_URL",
    "LC_API_KEY",
    "HTTP_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "NODE_OPTIONS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "LD_PRELOAD",
)
SCRIPT = Path(__file__).parent.parent / "data" / "processes" / "print_environment.py"


@pytest.mark.parametrize("name", CANARIES)
def test_no_secret_proxy_or_runtime_option_passes(name: str) -> None:
    """A variable that carries a secret, moves requests or changes a runtime is not passed on."""
    assert child_environment({name: "canary"}, {}) == {}


@pytest.mark.parametrize("name", ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])
def test_what_a_runtime_needs_passes(name: str) -> None:
    """The place of programs, the locale, the time zone and the certificates are passed on unchanged."""
    assert child_environment({name: "value"}, {}) == {name: "value"}


def test_what_is_added_wins_over_what_is_inherited() -> None:
    """A variable that the run sets itself replaces the inherited one and may have any name."""
    assert child_environment({"PATH": "/bin"}, {"PATH": "/opt", "DVARA_URL": "http://localhost"}) == {
        "PATH": "/opt",
        "DVARA_URL": "http://localhost",
    }


def test_a_real_child_sees_the_list_and_nothing_else(tmp_path: Path) -> None:
    """A child that prints its environment shows what was listed or added, the run's marker, and none of the canaries."""
    environ = {"PATH": os.defpath, "HOME": "/home/reader", **dict.fromkeys(CANARIES, "canary")}
    env = child_environment(environ, {"DVARA_URL": "http://localhost:1/v1"})
    request = ExecuteRequest((sys.executable, str(SCRIPT)), env, tmp_path, Limits(60, 60))

    seen = json.loads(run_process(request, start_timer(SystemClock())).stdout.text)

    seen.pop("LC_CTYPE", None)  # Python sets it for itself in a process that has no locale
    assert set(seen) == {"PATH", "HOME", "DVARA_URL", "DVARA_EXAMPLES_RUN"}
    assert "canary" not in seen.values()

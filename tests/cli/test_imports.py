"""How much of this tool one run imports: what it does not need costs every start."""

import os
import subprocess
import sys
from pathlib import Path

COUNT = """
import atexit, sys
from dvara_examples.cli import main
atexit.register(lambda: print(*(name for name in sys.modules if name.split(".")[0] == "dvara_examples"), file=sys.stderr))
sys.argv = ["dvara-examples", "run", "ask", "-l", "node"]
main()
"""
SCRIPT = """
const asked = await fetch(`${process.env.DVARA_URL}/chat/completions`, {
  method: "POST",
  headers: { Authorization: `Bearer ${process.env.DVARA_API_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({ model: "gpt-4o", stream: true, messages: [{ role: "user", content: "Hello" }] }),
});
for await (const piece of asked.body.pipeThrough(new TextDecoderStream()))
  for (const line of piece.split("\\n"))
    if (line.startsWith("data:{")) process.stdout.write(JSON.parse(line.slice(5)).choices[0].delta.content ?? "");
"""
MANIFEST = """
version: 1
examples:
  - id: ask
    title: Ask
    answers: [{text: Hello there}]
    expect: {exit: 0, ends: done, requests: 1, finish_reason: stop, prints_the_stream: true, progressive: true}
    variants: {node: ask.mjs}
  - id: other
    title: Other
    faults: [{cut: {after_events: 1}}, {throttle: {bytes_per_s: 1000}}]
    expect: {exit: 1, retry_delays_s: [{min: 0.1}]}
    variants: {node: ask.mjs}
"""
MOST = 171
"""A run of one Node script imports 167, with a fetched Node.js 168: the command line, the manifest, one session, one
toolchain, one expectation for each key, the tap, and the embedded gateway with one endpoint. A few more is room for
what is to come."""
UNNEEDED = (
    *("docs_ci", "scaffold", "doctor", "gateway_check", "reports.html", "reports._opening", "session.watch", "session.merge"),
    *("faults.cut", "faults.throttle", "expectations.wire.retry_delays_s", "protocols.messages", "protocols.responses"),
    *(
        "core.language",
        "session.serving",
        "manifest.positions",
        "toolchains._python.environment",
        "toolchains._java.jdk",
        "tap.fault_injector",
        "embedded_gateway.messages",
    ),
)


def imported(folder: Path) -> set[str]:
    """Return the modules of this tool that a run in *folder* imports, without the package's name."""
    desk = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "GITHUB_", "DVARA_"))}
    environ = {**desk, "DVARA_EXAMPLES_STATE": str(folder / "state")}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], cwd=folder, env=environ, capture_output=True, text=True, timeout=150, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {name.removeprefix("dvara_examples").lstrip(".") for name in done.stderr.splitlines()[-1].split()}


def test_a_run_imports_what_it_needs(tmp_path: Path) -> None:
    """A second run of a manifest imports neither other languages, protocols, faults and reports, nor what reads pages."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "manifest.yaml").write_text(MANIFEST)
    (tmp_path / "examples" / "ask.mjs").write_text(SCRIPT)
    first = imported(tmp_path)
    assert "faults.cut" in first  # the manifest is checked as a whole when it is new
    second = imported(tmp_path)
    assert sorted(second.intersection(UNNEEDED)) == []
    assert len(second) <= MOST, sorted(second)

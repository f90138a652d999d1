"""Writes ``docs/clients.md``: what an application sees of each kind of stream, client by client, from reports of a run.

    python -m tests.clients_page REPORT.json...             # write the page
    python -m tests.clients_page --against REPORT.json...   # name cells of which the page does not tell; exit 1 if there is any
    python -m tests.clients_page --newer REPORT.json...     # write these cells into the page, as what newer releases change

A report is what ``run --tag clients --report json=REPORT.json`` writes; nothing on the page is typed. The page is written from
reports that hold every entry of the manifest, and from nothing less.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients_manifest import manifest_text, read

PAGE = Path(__file__).resolve().parents[1] / "docs" / "clients.md"
_BEGIN, _END = "<!-- clients: written by `make clients` -->", "<!-- /clients -->"
_NEWER, _NEWER_END = "<!-- newer: written by `make clients-newer` -->", "<!-- /newer -->"
_RELEASES = re.compile(r" \([^ ()]+ to [^ ()]+\)")
_ERROR = re.compile(r"\b((?:[A-Z]\w*)(?:Error|Exception|Reached|Refusal|Timeout))\b")
_RAISED = re.compile(r"^(?:[a-z_]\w*\.)*([A-Z]\w+)(?::(?! sys\.meta_path is None)|$)", re.MULTILINE)
"""The last line of a traceback of Python: module, class, message; not what a late thread meets while Python shuts down."""
_REASON = re.compile(r"finish ?_?reason is ([\w-]+)", re.IGNORECASE)
_SAID = re.compile(r"but it says '(.+)'$")
_TOOL = "tool call"
_WHOLE, _HALF = "Hello world", "Hello wor"
COLUMNS = ("stream", "printed", "the loop", "requests", "finish reason, as the example reads it", "id")

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """What one client made of one stream: cells as they stand on the page; *defects* are the expectations that failed.

    *lasted* says how long its last response was waited for, to five seconds.
    """

    cells: tuple[str, ...]
    defects: tuple[str, ...]
    lasted: str = "-"


@dataclass(frozen=True, slots=True)
class Client:
    """One client's part of the page; *rows* in the order of the streams."""

    id: str
    about: Mapping[str, Any]
    version: str
    rows: Mapping[str, Row]

    @property
    def runs_cut_calls(self) -> bool:
        """Whether its agent ran a tool whose call was cut."""
        return any("executes_cut_tool_call" in row.defects for row in self.rows.values())

    @property
    def passed_off(self) -> int:
        """How many streams that are not whole the naive loop passes off as whole."""
        return sum("reports_incomplete" in row.defects and "limit" not in row.defects for row in self.rows.values())

    @property
    def silence(self) -> str:
        """How long the naive loop waits for a stream that has fallen silent."""
        return next((row.lasted for title, row in self.rows.items() if title.endswith("silence")), "-")

    @property
    def most_requests(self) -> int:
        """The most requests that one call became."""
        return max((int(row.cells[3]) for row in self.rows.values()), default=0)


def clients(results: Sequence[Mapping[str, Any]]) -> list[Client]:
    """Return the clients of which both scripts ran, worst first."""
    by_id = {result["example"]: result for result in results if result.get("run")}
    streams, found = read("streams.yaml"), []
    for id_, about in read("clients.yaml").items():
        rows = {
            stream["title"]: _row(stream["title"], by_id[f"{id_}-naive-{name}"], by_id.get(f"{id_}-{name}"))
            for name, stream in streams.items()
            if f"{id_}-naive-{name}" in by_id
        }
        if rows:
            first = next(result for example, result in by_id.items() if example.startswith(f"{id_}-naive-s"))
            version = first["run"]["versions"].get(about["package"].rpartition(":")[2], "?")
            found.append(Client(id_, about, version, rows))
    return sorted(
        found, key=lambda client: (not client.runs_cut_calls, -client.passed_off, -client.most_requests, client.about["name"])
    )


def _row(title: str, naive: Mapping[str, Any], example: Mapping[str, Any] | None) -> Row:
    """Return what the naive loop showed, and the finish reason that the example read."""
    run = naive["run"]
    defects = tuple(finding["key"] for finding in naive["findings"] if not finding["ok"])
    text = run["stdout"]["text"]
    printed = _tool_ran(text, defects) if _TOOL in title else _printed(text, again="never_repeats" in defects)
    if "prints_the_stream" in defects:
        printed = f"**{printed}**"
    reason = "`tool_calls`" if title == f"a whole {_TOOL}" and example else _reason(example)
    own_id = f"`{naive['example']}`"
    cells = (title, printed, _ended(naive, defects), str(len(run["exchanges"])), reason, own_id)
    return Row(cells, defects, _lasted(run))


def _lasted(run: Mapping[str, Any]) -> str:
    """Say how long the last response was waited for; where the run's limit ended that, only that it was longer."""
    if run["limit"] is not None:
        return "over 45 s"
    spans = [each["ended_at_s"] - each["started_at_s"] for each in run["exchanges"] if "ended_at_s" in each]
    return f"{5 * round(spans[-1] / 5)} s" if spans else "-"


def _tool_ran(text: str, defects: Sequence[str]) -> str:
    """Say with which arguments the tool ran, in bold if its call was cut."""
    found = re.search(r"^tool (\w+\(.*\))", text, re.MULTILINE)
    if found is None:
        return "the tool did not run"
    return f"**ran `{found[1]}`**" if "executes_cut_tool_call" in defects else f"ran `{found[1]}`"


def _printed(text: str, *, again: bool) -> str:
    """Say how much of the answer the loop printed, and where it came *again* how often."""
    count = text.count(_HALF)
    if not count:
        return "half of it" if "Hello" in text else "nothing"
    part = "the whole answer" if _WHOLE in text else "the half that came"
    return part if not again or count == 1 else f"{part}, **{count} times**"


def _ended(naive: Mapping[str, Any], defects: Sequence[str]) -> str:
    """Say how the loop ended: normally, with which error, or not at all."""
    run = naive["run"]
    named = _ERROR.findall(run["stderr"]["text"]) or _ERROR.findall(run["stdout"]["text"])
    if run["limit"] is not None:
        return "**waits** for more than 45 s"
    if run["exit_code"] and run["launcher"] == "python":
        named = _RAISED.findall(run["stderr"]["text"])[-1:]
    if run["exit_code"]:
        return f"`{named[0]}`" if named else f"exit {run['exit_code']}"
    if "reports_incomplete" in defects:
        return "**ends normally**"
    if named:
        return f"ends normally, logs `{named[0]}`"
    judged = next((finding.get("seen", "") for finding in naive["findings"] if finding["key"] == "reports_incomplete"), "")
    said = _SAID.search(judged)
    return f"ends normally, says `{said[1]}`" if said else "ends normally"


def _reason(example: Mapping[str, Any] | None) -> str:
    """Return the finish reason that the example read; a dash where it came to none."""
    if example is None:
        return "-"
    if example["run"]["exit_code"] == 0:
        return "`stop`"
    found = _REASON.search(example["run"]["stderr"]["text"])
    return "-" if found is None else "none" if found[1] in ("None", "null", "undefined") else f"`{found[1]}`"


def lines(found: Sequence[Client], session: Mapping[str, Any]) -> Iterator[str]:
    """Yield the generated part of the page."""
    day = session["started_utc"][:10]
    yield f"Measured on {day} with the releases of the lock files; the client that misleads most often comes first."
    yield ""
    columns = (
        "runs cut tool calls",
        "cut answers passed off as whole",
        "most requests for one call",
        "silence borne",
        "finish reason",
    )
    yield f"| client | release | {' | '.join(columns)} |"
    yield "|---|---|---|---|---|---|---|"
    for client in found:
        link = f"[{client.about['name']}](#{_anchor(client.about['name'])})"
        runs = "**yes**" if client.runs_cut_calls else client.about.get("runs_tools", "no")
        counts = str(client.passed_off), str(client.most_requests), client.silence
        cells = (link, client.version, runs, *counts, client.about.get("reason", "-"))
        yield f"| {' | '.join(cells)} |"
    for client in found:
        yield from _section(client)


def _section(client: Client) -> Iterator[str]:
    """Yield one client's heading and table."""
    about = client.about
    yield ""
    yield f"### {about['name']}"
    yield ""
    folder = "../examples/integrations/"
    shown = {"example": "file", "guard for tools": "tools", "naive loop": "naive", "naive loop with a tool": "naive_tools"}
    links = " · ".join(f"[{word}]({folder}{about[key]})" for word, key in shown.items() if key in about)
    yield f"`{about['package']}` {client.version} · {links}"
    yield ""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for row in client.rows.values():
        yield f"| {' | '.join(row.cells)} |"
    reports = {known["because"]: known["upstream"] for known in about.get("known", ()) if "upstream" in known}
    if reports:
        yield ""
        yield from (f"- {because}; upstream report: {report}" for because, report in reports.items())


def _anchor(heading: str) -> str:
    """Return what GitHub makes of a heading in a link."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def cells_on(text: str) -> dict[Key, tuple[str, ...]]:
    """Read back what stands on a page: for each client and stream the other cells."""
    found, client = {}, ""
    for line in text.splitlines():
        if line.startswith("### "):
            client = line[4:]
        elif client and line.startswith("| ") and not line.startswith(f"| {COLUMNS[0]} |"):
            stream, *rest = (cell.strip() for cell in line.strip("|").split(" | "))
            found[client, stream] = tuple(rest)
    return found


def releases_on(text: str) -> dict[str, str]:
    """Read back the release of each client on a page."""
    return dict(re.findall(r"^### (.+)\n\n`[^`]+` (\S+) ·", text, re.MULTILINE))


def differences(before: str, after: str) -> list[str]:
    """Name each cell that differs between two pages: of which client and release, from what, to what."""
    old, new = cells_on(before), cells_on(after)
    was_released, is_released = releases_on(before), releases_on(after)
    return [
        f"{client} ({was_released[client]} to {is_released[client]}), {stream}, {column}: was {was}, is {now}"
        for (client, stream), cells in new.items()
        if (client, stream) in old
        for column, was, now in zip(COLUMNS[1:], old[client, stream], cells, strict=True)
        if was != now
    ]


def page(text: str, reports: Sequence[Mapping[str, Any]]) -> str:
    """Return the page *text* with its generated part renewed from *reports*."""
    results = [result for report in reports for result in report["results"]]
    before, rest = text.split(_BEGIN)[0], text.split(_END)[1]
    body = "\n".join(lines(clients(results), reports[0]["session"]))
    return f"{before}{_BEGIN}\n{body}\n{_END}{rest}"


def with_newer(text: str, changed: Sequence[str], reports: Sequence[Mapping[str, Any]]) -> str:
    """Return the page *text* with its part about newer releases renewed: the cells that *changed* in *reports*."""
    session = reports[0]["session"]
    runtimes = ", ".join(f"{each['language']} {each['version']}" for each in session["runtimes"])
    told = [f"Measured on {session['started_utc'][:10]} with {runtimes}.", "", *(f"- {line}" for line in changed)]
    before, rest = text.split(_NEWER)[0], text.split(_NEWER_END)[1]
    return f"{before}{_NEWER}\n{chr(10).join(told)}\n{_NEWER_END}{rest}"


def not_told_yet(text: str, changed: Sequence[str]) -> list[str]:
    """Return the cells that *changed* and that the page *text* does not list under newer releases, whatever their number."""
    told = {_RELEASES.sub("", line[2:], count=1) for line in text.split(_NEWER)[1].split(_NEWER_END)[0].splitlines()}
    return [line for line in changed if _RELEASES.sub("", line, count=1) not in told]


def left_out(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the entries of the manifest that did not run in any of *reports*."""
    ran = {result["example"] for report in reports for result in report["results"] if result.get("run")}
    entries = re.findall(r"^- id: (\S+)$", manifest_text(), re.MULTILINE)
    return [entry for entry in entries if entry not in ran]


def main(words: Sequence[str]) -> int:
    """Write the page, or compare it with *words* after ``--against`` or ``--newer``."""
    against, newer = "--against" in words, "--newer" in words
    reports = [json.loads(Path(word).read_text("utf-8")) for word in words if not word.startswith("--")]
    old = PAGE.read_text("utf-8")
    new = page(old, reports)
    if not against and (missing := left_out(reports)):
        sys.stderr.write(f"expected a run of every entry of the manifest, found {len(missing)} left out, such as {missing[0]}\n")
        sys.stderr.write("hint: run `make clients` without ARGS\n")
        return 1
    if newer:
        PAGE.write_text(with_newer(old, differences(old, new), reports), "utf-8")
        return 0
    if not against:
        PAGE.write_text(new, "utf-8")
        return 0
    changed = not_told_yet(old, differences(old, new))
    for line in changed:
        sys.stdout.write(f"{line}\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

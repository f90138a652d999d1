"""What gateways and proxies make of a provider's answers: ``python -m bench.gateways [NAME...]`` writes docs/gateways.md.

Each one whose program is on PATH is started from its description in front of the scripted provider, checked and stopped. With
names only those are; the rows of the others stay as they were measured before.
"""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.cli._world import build_world
from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateway_check.cases import all_cases
from dvara_examples.gateway_check.check import Checked, check_gateway
from dvara_examples.gateway_check.client import CheckedGateway
from dvara_examples.gateway_check.recording import EffectKind, GatewayEffect
from dvara_examples.gateway_check.started import start_checked
from dvara_examples.gateways import USUAL_MODEL

_PAGE = Path(__file__).resolve().parents[1] / "docs" / "gateways.md"
_FIELDS = "fields of events"
_NAME_IN_ROW = re.compile(r"^\| .*?<br>`([\w-]+)` \|")
_DESCRIBED = Path(__file__).parent / "described"
_SHOWN = ("cut", "reset", "cut-in-event", "ends-early", "error-event", "no-response", "status-429-retry-after", "pieces",
          "client-leaves", "client-leaves-silence")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """One description that is measured: *name* of its file or of one that comes with the tool.

    *version* is the command that prints the release; where it has one word alone, that is a program whose package is asked.
    """

    name: str
    version: tuple[str, ...]


_MEASURED = (
    Measured("litellm", ("litellm", "--version")),
    Measured("portkey", ("gateway",)),
    Measured("lm-proxy", ("lm-proxy",)),
    Measured("ferrogw", ("ferrogw", "version")),
    *(Measured(name, ("nginx", "-v")) for name in ("nginx", "nginx-unbuffered", "nginx-http-1-1")),
    *(Measured(name, ("haproxy", "-v")) for name in ("haproxy", "haproxy-no-delay")),
    Measured("caddy", ("caddy", "version")),
    *(Measured(name, ("lighttpd", "-v")) for name in ("lighttpd", "lighttpd-streaming")),
    Measured("h2o", ("h2o", "--version")),
    Measured("apache", ("apache2", "-v")),
    Measured("varnish", ("varnishd", "-V")),
    Measured("squid", ("squid", "-v")),
    Measured("traefik", ("traefik", "version")),
    *(Measured(name, ("envoy", "--version")) for name in ("envoy", "envoy-no-timeout")),
    *(Measured(name, ("mitmdump", "--version")) for name in ("mitmproxy", "mitmproxy-streaming")),
)


def measure(name: str, world: World) -> tuple[str, Checked]:
    """Start the gateway described under *name*, check it with every case that is not slow, and stop it; also return its title.

    Raises GatewayError.
    """
    timer = start_timer(SystemClock())

    file = _DESCRIBED / f"{name}.yaml"
    asked = f"command:{file if file.exists() else name}"
    with start_checked(asked, world, {}, timer) as started:
        at = started.running.endpoint
        gateway = CheckedGateway(at.base_url, at.key, at.model or USUAL_MODEL, at.headers)
        chosen = [case for case in all_cases() if not case.slow]
        return started.described.title, check_gateway(gateway, started.provider, chosen, timer)


def _version(argv: tuple[str, ...]) -> str:
    """Return the release that *argv* prints, or that the package of a lone program states; empty if neither says."""
    program = shutil.which(argv[0]) or argv[0]
    if len(argv) > 1:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout + done.stderr)
        return found[0] if found else ""
    for folder in Path(program).resolve().parents:
        if (listed := folder / "package.json").is_file():
            return str(json.loads(listed.read_text("utf-8"))["version"])
    python = Path(program).read_text("utf-8", "replace").splitlines()[0].removeprefix("#!")
    asked = [python, "-c", f"import importlib.metadata as m; print(m.version({argv[0]!r}))"]
    return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False).stdout.strip()


def _row(name: str, checked: Checked) -> str:
    found = {result.case.id: result for result in checked.results}
    counts = Counter(result.worst for result in checked.results)
    cells = [_cell(found[case_id].effects) if case_id in found else "-" for case_id in _SHOWN]
    told = ", ".join(f"{counts[kind]} {kind}" for kind in EffectKind if counts[kind])
    return f"| {name} | {' | '.join(cells)} | {told} |"


def _cell(effects: Sequence[GatewayEffect]) -> str:
    """Return the worst effect; that fields of events changed is shown only where nothing else happened."""
    effect = next((effect for effect in effects if effect.detail != _FIELDS), effects[0])
    shown = effect.kind.upper() if effect.kind is EffectKind.HIDDEN else effect.kind
    detail = effect.detail.removesuffix(f", {_FIELDS}")
    if effect.kind is EffectKind.DELAYED:
        return f"{shown}, {detail.partition(',')[0]}"
    return f"{shown}, {detail.partition(',')[0]}" if effect.kind is EffectKind.CHANGED else shown


def main(names: Sequence[str]) -> None:
    """Measure the gateways called *names*, or every one, as far as their programs are on PATH, and write the page."""
    if unknown := set(names) - {each.name for each in _MEASURED}:
        raise SystemExit(f"no gateway is measured under the name {', '.join(sorted(unknown))}")
    rows = {found[1]: line for line in _PAGE.read_text("utf-8").splitlines() if (found := _NAME_IN_ROW.search(line))}
    for each in _MEASURED:
        if names and each.name not in names:
            continue
        try:
            title, checked = measure(each.name, build_world(may_be_new=True))
        except GatewayError as error:
            print(f"{each.name}: {error}")
            continue
        program, _, setting = title.partition(", ")
        name = f"{program} {_version(each.version)}".strip()
        rows[each.name] = _row(f"{name}{'<br>' if setting else ''}{setting}<br>`{each.name}`", checked)
        print(rows[each.name], flush=True)
        _PAGE.write_text(_page([rows[known.name] for known in _MEASURED if known.name in rows]), "utf-8")


_MEASURED_BEFORE = """

## Measured twice

The same programs, LiteLLM and H2O apart in the same releases, were measured before with another client and another provider,
through raw sockets too. It came out the same, but for this:

- lighttpd with `server.stream-response-body` lets go of the provider as soon as the client leaves a silent stream. Before, it
  did so when the next event came, 20 s later.
- Where an answer is held back, a client that leaves after three events has seen none of them, which is called `cannot tell`.
  The one before left after a while: nginx and mitmproxy then let go of the provider within 10 ms, lighttpd never.
- LiteLLM asks the provider once, as its description turns its own retries off. As it comes it asks three times.
- Time-outs show with `--slow` alone: Envoy ends each stream after 15 s, nginx and Varnish a silent one after 60 s, HAProxy after
  50 s.
"""


def _page(rows: list[str]) -> str:
    head = f"| gateway | {' | '.join(f'`{case}`' for case in _SHOWN)} | all cases |"
    return (
        f"""# What gateways and proxies make of a provider's answers

Written by `python -m bench.gateways` with [`check-gateway`](check-gateway.md), which also explains the words. Each cell is the
worst effect of one case (`dvara-examples check-gateway --list`); that fields of events changed is left out of a cell where
something else happened. The name in the last line of the first column is a description: `litellm` and `portkey` come with the
tool, the others are in `bench/described/`. Everything not named there is at its default. To see one again:

```console
$ dvara-examples check-gateway --gateway command:bench/described/nginx.yaml
```

{head}
|{"---|" * (len(_SHOWN) + 2)}
"""
        + "\n".join(rows)
        + _MEASURED_BEFORE
    )


if __name__ == "__main__":
    main(sys.argv[1:])

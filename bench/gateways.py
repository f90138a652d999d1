"""What proxies that are installed make of a provider's answers: ``python -m bench.gateways`` writes docs/gateways.md.

Each proxy on PATH is started with the configuration below in front of the scripted provider, checked and stopped.
"""

import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.gateway_check.cases import all_cases
from dvara_examples.gateway_check.check import Checked, check_gateway
from dvara_examples.gateway_check.client import CheckedGateway
from dvara_examples.gateway_check.provider import check_provider
from dvara_examples.gateway_check.recording import EffectKind

_PAGE = Path(__file__).resolve().parents[1] / "docs" / "gateways.md"
_SHOWN = ("cut", "reset", "cut-in-event", "ends-early", "error-event", "no-response", "status-429-retry-after", "pieces",
          "client-leaves", "client-leaves-silence")  # fmt: skip
_READY_S = 20.0

_NGINX = """daemon off; error_log {folder}/error.log; pid {folder}/pid;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{upstream}; %s }} }} }}
"""
_HAPROXY = """defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
  %s
listen a
  bind 127.0.0.1:{port}
  server p 127.0.0.1:{upstream}
"""
_CADDY = """{{
 admin off
 auto_https off
}}
http://127.0.0.1:{port} {{
 reverse_proxy 127.0.0.1:{upstream}
}}
"""
_LIGHTTPD = """server.document-root = "{folder}"
server.port = {port}
server.bind = "127.0.0.1"
server.modules = ("mod_proxy")
%sproxy.server = ( "" => (( "host" => "127.0.0.1", "port" => {upstream} )) )
"""
_H2O = """listen:
  host: 127.0.0.1
  port: {port}
hosts:
  default:
    paths:
      /:
        proxy.reverse.url: http://127.0.0.1:{upstream}/
"""


@dataclass(frozen=True, slots=True)
class PlainProxy:
    """One configuration of one proxy: *config* is put into a file, whose place in *argv* is ``{file}``."""

    program: str
    setting: str
    config: str
    argv: tuple[str, ...]
    version: tuple[str, ...]


def _proxies() -> Iterator[PlainProxy]:
    nginx = ("-c", "{file}", "-p", "{folder}")
    yield PlainProxy("nginx", "proxy_pass alone", _NGINX % "", nginx, ("-v",))
    yield PlainProxy("nginx", "proxy_buffering off", _NGINX % "proxy_buffering off;", nginx, ("-v",))
    yield PlainProxy("nginx", "proxy_http_version 1.1", _NGINX % "proxy_http_version 1.1;", nginx, ("-v",))
    yield PlainProxy("haproxy", "mode http", _HAPROXY % "", ("-f", "{file}"), ("-v",))
    yield PlainProxy("haproxy", "option http-no-delay", _HAPROXY % "option http-no-delay", ("-f", "{file}"), ("-v",))
    caddy = ("run", "--config", "{file}", "--adapter", "caddyfile")
    yield PlainProxy("caddy", "reverse_proxy", _CADDY, caddy, ("version",))
    yield PlainProxy("lighttpd", "mod_proxy", _LIGHTTPD % "", ("-D", "-f", "{file}"), ("-v",))
    streaming = _LIGHTTPD % "server.stream-response-body = 1\n"
    yield PlainProxy("lighttpd", "server.stream-response-body = 1", streaming, ("-D", "-f", "{file}"), ("-v",))
    yield PlainProxy("h2o", "proxy.reverse.url", _H2O, ("-c", "{file}"), ("-v",))


def measure(proxy: PlainProxy, program: str) -> Checked:
    """Start *proxy*, check it with every case that is not slow, and stop it."""
    timer = start_timer(SystemClock())
    with check_provider(timer, "127.0.0.1", 0) as (provider, upstream), _running(proxy, program, upstream) as port:
        gateway = CheckedGateway(f"http://127.0.0.1:{port}/v1", "key", "gpt-4o")
        return check_gateway(gateway, provider, [case for case in all_cases() if not case.slow], timer)


@contextmanager
def _running(proxy: PlainProxy, program: str, upstream: int) -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        values: Mapping[str, object] = {"folder": folder, "port": port, "upstream": upstream, "file": f"{folder}/config"}
        Path(folder).chmod(0o777)
        Path(folder, "config").write_text(proxy.config.format(**values), "utf-8")
        argv = [program, *(part.format(**values) for part in proxy.argv)]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(port)
                yield port
            finally:
                process.terminate()
                process.wait(10)


def _wait_for(port: int) -> None:
    until_s = time.monotonic() + _READY_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.1)
        else:
            return


def _version(program: str, option: tuple[str, ...]) -> str:
    done = subprocess.run([program, *option], capture_output=True, text=True, timeout=20, check=False)
    return next((line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()), "?").partition(" 20")[0][:60]


def _row(name: str, checked: Checked) -> str:
    found = {result.case.id: result for result in checked.results}
    counts = Counter(result.worst for result in checked.results)
    cells = [_cell(found[case_id].effects[0]) if case_id in found else "-" for case_id in _SHOWN]
    told = ", ".join(f"{counts[kind]} {kind}" for kind in EffectKind if counts[kind])
    return f"| {name} | {' | '.join(cells)} | {told} |"


def _cell(effect: object) -> str:
    kind, _, detail = str(effect).partition(": ")
    shown = kind.upper() if kind == EffectKind.HIDDEN else kind
    return f"{shown}, {detail.partition(',')[0]}" if kind == EffectKind.DELAYED else shown


def main() -> None:
    """Measure every proxy on PATH and write the page."""
    rows = []
    for proxy in _proxies():
        if (program := shutil.which(proxy.program)) is None:
            print(f"{proxy.program}: not on PATH")
            continue
        try:
            checked = measure(proxy, program)
        except OSError as error:
            print(f"{proxy.program}: {error}")
            continue
        rows.append(_row(f"{_version(program, proxy.version)}<br>`{proxy.setting}`", checked))
        print(rows[-1])
    _PAGE.write_text(_page(rows), "utf-8")


def _page(rows: list[str]) -> str:
    head = f"| proxy | {' | '.join(f'`{case}`' for case in _SHOWN)} | all cases |"
    return (
        f"""# What proxies make of a provider's answers

Written by `python -m bench.gateways` with [`check-gateway`](check-gateway.md), which also explains the words. Each cell is the
worst effect of one case (`dvara-examples check-gateway --list`). Only what was installed on the measuring machine is here. The
configurations are those in `bench/gateways.py`; everything not named is at its default.

{head}
|{"---|" * (len(_SHOWN) + 2)}
"""
        + "\n".join(rows)
        + "\n"
    )


if __name__ == "__main__":
    main()

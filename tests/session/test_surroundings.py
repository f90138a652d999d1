"""Scripts that were written for another place find the gateway: by their own variables, or at the port in their text."""

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.session.conftest import REQUEST, Recorder, Repository

MakeRepository = Callable[[int], Repository]

HARD_CODED = """
import json, os, urllib.request
asked = urllib.request.Request("http://{host}:{port}/v1/chat/completions", method="POST",
    data=json.dumps({{"model": "gpt-4o", "messages": [{{"role": "user", "content": "Hello"}}]}}).encode(),
    headers={{"Authorization": "Bearer {key}", "Content-Type": "application/json"}})
urllib.request.urlopen(asked).read()
"""


def free_port() -> int:
    """Return a port at which nobody listens, on IPv4 and IPv6."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def printed(seen: Recorder, index: int = 0) -> list[str]:
    """Return the lines that a run printed."""
    transcript = seen.results[index].transcript
    assert transcript is not None, seen.results[index].verdict.reason
    return transcript.stdout.text.splitlines()


def showing(*names: str) -> str:
    """Return Python code that prints the values of variables."""
    return f"import os\nfor name in {names!r}: print(os.environ.get(name))\n"


def test_clients_find_the_gateway_by_what_they_read_themselves(make_repository: MakeRepository) -> None:
    """The variables that OpenAI's and Anthropic's clients read lead to the tap, each in the form that they expect."""
    repository = make_repository(2)
    names = ("DVARA_URL", "OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "DVARA_API_KEY", "OPENAI_API_KEY")
    repository.add("show", showing(*names, "ANTHROPIC_API_KEY"))
    url, openai, older, anthropic, *keys = printed(repository.run(Recorder(), jobs=1))
    assert url == openai == older == anthropic + "/v1"
    assert url.startswith("http://127.0.0.1:")
    assert len(set(keys)) == 1
    assert keys[0].startswith("tap_")


def test_own_variables_carry_address_key_and_model(make_repository: MakeRepository) -> None:
    """``endpoint`` names variables, and forms with the host; the entry of an example goes before that of the manifest."""
    repository = make_repository(2)
    repository.add("usual", showing("GATEWAY", "TOKEN", "MODEL", "DVARA_API_KEY"))
    own = "    endpoint: {url: {BASE: 'http://{host}/v1/'}, key: [A_KEY, B_KEY]}\n"
    repository.add("own", showing("BASE", "A_KEY", "B_KEY", "DVARA_API_KEY", "TOKEN"), own)
    repository.world = replace(repository.world, environ={**repository.world.environ, "DVARA_MODEL": "gpt-4o-mini"})
    repository.top = "endpoint: {url: GATEWAY, key: TOKEN, model: MODEL}\n"
    seen = repository.run(Recorder(), jobs=1)
    gateway, token, model, key = printed(seen)
    assert gateway.endswith("/v1")
    assert (token, model) == (key, "gpt-4o-mini")
    base, first, second, key, nothing = printed(seen, 1)
    assert base.endswith("/v1/")
    assert (first, second, nothing) == (key, key, "None")


def test_host_and_key_stand_in_env(make_repository: MakeRepository) -> None:
    """In ``env``, ``{host}`` and ``{key}`` stand for the tap and the throw-away key."""
    repository = make_repository(2)
    own = "    env: {WHERE: '{host}', MY_API_KEY: '{key}'}\n"
    repository.add("show", showing("WHERE", "MY_API_KEY", "DVARA_URL", "DVARA_API_KEY"), own)
    where, mine, url, key = printed(repository.run(Recorder(), jobs=1))
    assert (f"http://{where}/v1", mine) == (url, key)


def test_a_hard_coded_address_and_key_are_served(make_repository: MakeRepository) -> None:
    """A script whose text holds the address and a key is judged by the wire as any other, with the gateway's key put in."""
    repository, port = make_repository(2), free_port()
    code = HARD_CODED.format(host="localhost", port=port, key="sk-none")
    repository.add("fixed", code, f"    listen: {port}\n")
    seen = repository.run(Recorder(), jobs=1)
    assert seen.outcomes() == [("fixed", "passed")]
    transcript = seen.results[0].transcript
    assert transcript is not None
    assert [exchange.response.status for exchange in transcript.exchanges if exchange.response] == [200]
    assert "sk-none" not in str(transcript.exchanges[0].request.headers)


def test_localhost_is_served_on_ipv6_too(make_repository: MakeRepository) -> None:
    """Where the machine has IPv6, ``localhost`` may lead there."""
    repository, port = make_repository(2), free_port()
    has_ipv6 = Path("/proc/net/if_inet6").exists() and socket.has_ipv6
    code = HARD_CODED.format(host="[::1]" if has_ipv6 else "127.0.0.1", port=port, key="x")
    repository.add("fixed", code, f"    listen: {port}\n")
    assert repository.run(Recorder(), jobs=1).outcomes() == [("fixed", "passed")]


def test_another_key_is_refused_elsewhere(make_repository: MakeRepository) -> None:
    """A script that is given the address has to take the key, too: one of its own gets a 401."""
    repository = make_repository(2)
    repository.add("own-key", REQUEST.replace('os.environ["DVARA_API_KEY"]', '"sk-none"'))
    seen = repository.run(Recorder(), jobs=1)
    transcript = seen.results[0].transcript
    assert transcript is not None
    assert [exchange.response.status for exchange in transcript.exchanges if exchange.response] == [401]


def test_runs_at_one_port_take_turns(make_repository: MakeRepository) -> None:
    """Four runs that expect the gateway at one port all pass, although four jobs are free."""
    repository, port = make_repository(4), free_port()
    for number in range(4):
        repository.add(f"fixed-{number}", HARD_CODED.format(host="127.0.0.1", port=port, key="x"), f"    listen: {port}\n")
    seen = repository.run(Recorder(), jobs=4)
    assert [outcome for _, outcome in seen.outcomes()] == ["passed"] * 4


def test_a_port_that_is_taken_is_named_with_its_process(make_repository: MakeRepository) -> None:
    """A busy port is an error of the surroundings, and the sentence says who has it."""
    repository = make_repository(2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        repository.add("fixed", "", f"    listen: {port}\n")
        seen = repository.run(Recorder(), jobs=1)
    assert seen.outcomes() == [("fixed", "errored")]
    reason = seen.results[0].verdict.reason
    assert reason.startswith(f"port {port}, where examples/python/fixed.py expects the gateway, is taken by ")
    assert f"(process {os.getpid()})" in reason


def test_a_script_reads_its_files_and_its_input(make_repository: MakeRepository, tmp_path: Path) -> None:
    """``cwd`` is the folder that a script runs in, and ``stdin`` is what it reads."""
    repository = make_repository(2)
    (tmp_path / "examples" / "data").mkdir()
    (tmp_path / "examples" / "data" / "prompt.txt").write_text("from the file")
    code = "print(open('prompt.txt').read())\nprint(input('? '))\nprint(input())\n"
    repository.add("reads", code, '    cwd: data\n    stdin: "one\\ntwo\\n"\n')
    assert printed(repository.run(Recorder(), jobs=1)) == ["from the file", "? one", "two"]


def test_a_script_without_input_reads_the_end(make_repository: MakeRepository) -> None:
    """A script that waits for input which nobody gives finds its end at once."""
    repository = make_repository(2)
    repository.add("waits", "try:\n    input()\nexcept EOFError:\n    print('end')\n")
    assert printed(repository.run(Recorder(), jobs=1)) == ["end"]


def test_entries_of_an_env_file_are_added(make_repository: MakeRepository, tmp_path: Path) -> None:
    """A ``.env`` file's entries reach the script, but for those that carry the gateway, which the tool sets."""
    repository = make_repository(2)
    text = "# settings\nexport TOPIC='a b' # no\nLEVEL=3 # low\n\nDVARA_API_KEY=gw_real\nMY_URL=http://elsewhere\n"
    (tmp_path / "examples" / ".env").write_text(text)
    more = "    env_file: .env\n    endpoint: {url: MY_URL}\n"
    repository.add("show", showing("TOPIC", "LEVEL", "MY_URL", "DVARA_URL", "DVARA_API_KEY"), more)
    topic, level, mine, url, key = printed(repository.run(Recorder(), jobs=1))
    assert (topic, level, mine) == ("a b", "3", url)
    assert key.startswith("tap_")


def test_one_script_runs_with_several_arguments(make_repository: MakeRepository) -> None:
    """Two examples name one script, each with arguments of its own."""
    repository = make_repository(2)
    repository.add("first", "import sys\nprint(sys.argv[1])\n", "    args: [one]\n")
    again = repository.entries[0].replace("first", "second", 2).replace("[one]", "[two]")
    repository.entries.append(again)
    seen = repository.run(Recorder(), jobs=1)
    assert (printed(seen), printed(seen, 1)) == (["one"], ["two"])

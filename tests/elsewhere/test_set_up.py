"""The set-up of a clone: from the locks alone, with any supported pip, whatever else the user's environment says."""

import ast
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.elsewhere.conftest import run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LIMIT_S = 400

OLDEST_PIP = {(3, 11): "22.3", (3, 12): "23.2.1"}.get(sys.version_info[:2], "24.2")
"""The pip that the first release of this Python brought (24.2 came with 3.13); an older one does not run on it."""
LOCKS = ("requirements/run.txt", "requirements/dev.txt")


@pytest.fixture
def clone(project: Path, tmp_path: Path) -> Path:
    """Return a fresh clone without a set-up."""
    return shutil.copytree(project, tmp_path / "clone")


def hostile_environment(folder: Path) -> dict[str, str]:
    """Return settings that users have for other programs, each of which breaks a set-up that heeds it."""
    shadow = folder / "shadow"
    shadow.mkdir()
    (shadow / "click.py").write_text("raise SystemExit('the click of PYTHONPATH was imported')\n")
    (folder / "constraint.txt").write_text("click==7.0\n")
    config = folder / "pip.conf"
    config.write_text(f"[global]\ntarget = {folder / 'target'}\nquiet = 2\n[install]\nuser = true\nno-binary = :all:\n")
    return {
        "PIP_CONFIG_FILE": str(config),
        "PIP_USER": "1",
        "PIP_TARGET": str(folder / "target"),
        "PIP_PREFIX": str(folder / "prefix"),
        "PIP_ROOT": str(folder / "root"),
        "PIP_PYTHON": "/nowhere/python",
        "PIP_CONSTRAINT": str(folder / "constraint.txt"),
        "PIP_BUILD_CONSTRAINT": str(folder / "constraint.txt"),
        "PIP_REQUIREMENT": "/nowhere/requirements.txt",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PIP_REQUIRE_HASHES": "1",
        "PIP_NO_BINARY": ":all:",
        "PIP_DRY_RUN": "1",
        "PIP_UPLOADED_PRIOR_TO": "2000-01-01",
        "PIP_LOG": "/nowhere/pip.log",
        "PYTHONHOME": "/nowhere",
        "PYTHONPATH": str(shadow),
        "PYTHONPLATLIBDIR": "nowhere",
        "PYTHONUSERBASE": str(folder / "user"),
        "PYTHONSAFEPATH": "1",
        "PYTHONOPTIMIZE": "2",
        "PYTHONINSPECT": "1",
        "PYTHONWARNINGS": "error",
        "VIRTUAL_ENV": "/nowhere",
        "VENV": str(folder / "other-venv"),
    }


def make(clone: Path, *words: str, extra: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run make in *clone* with this test's Python."""
    return run(["make", f"PYTHON={sys.executable}", *words], clone, extra, timeout_s=LIMIT_S)


def version_of(clone: Path) -> str:
    """Return what the command of the set-up says its version is; raises where it does not start."""
    return subprocess.run([clone / ".venv/bin/dvara-examples", "--version"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("pip", [f"pip=={OLDEST_PIP}", "--upgrade pip"])
def test_both_locks_install_with_any_supported_pip(clone: Path, tmp_path: Path, pip: str) -> None:
    """With the oldest and the newest pip both locks install without a resolver, and no package lacks another."""
    python = str(tmp_path / "venv/bin/python")
    run([sys.executable, "-m", "venv", str(tmp_path / "venv")], tmp_path).check_returncode()
    run([python, "-m", "pip", "install", "--quiet", *pip.split()], tmp_path).check_returncode()
    for arguments in ([LOCKS[0], "--project", "."], [LOCKS[1]]):
        done = run([python, "requirements/install.py", *arguments], clone, timeout_s=LIMIT_S)
        assert done.returncode == 0, done.stderr
    checked = run([python, "-m", "pip", "check"], clone)
    assert checked.returncode == 0, checked.stdout


def test_settings_for_other_programs_do_not_reach_the_set_up(clone: Path, tmp_path: Path) -> None:
    """``make run`` sets up its own environment and runs the examples under settings that would break a plain install."""
    folder = tmp_path / "user"
    folder.mkdir()
    done = make(clone, "run", "ARGS=--language python --tag smoke", extra=hostile_environment(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert {path.name for path in folder.iterdir()} == {"shadow", "constraint.txt", "pip.conf"}
    assert version_of(clone).startswith("dvara-examples ")


@pytest.mark.parametrize("how", ["moved", "copied", "without its Python"])
def test_a_set_up_that_cannot_work_is_made_again(clone: Path, tmp_path: Path, how: str) -> None:
    """A clone that was moved or copied, or whose Python went away, gets a set-up of its own; a whole one is left alone."""
    made = make(clone, ".venv/ready-to-run")
    assert made.returncode == 0, made.stderr
    assert "up to date" in make(clone, ".venv/ready-to-run").stdout
    now = clone if how == "without its Python" else tmp_path / how
    if how == "moved":
        clone.rename(now)
    elif how == "copied":
        shutil.copytree(clone, now, symlinks=True)
    else:
        for link in (clone / ".venv/bin").glob("python*"):
            link.unlink()
    again = make(now, ".venv/ready-to-run")
    assert again.returncode == 0, again.stderr
    assert "setting up" in again.stdout
    assert version_of(now).startswith("dvara-examples ")
    asked = run([str(now / ".venv/bin/python"), "-c", "import dvara_examples; print(dvara_examples.__file__)"], tmp_path)
    assert Path(asked.stdout.strip()).is_relative_to(now)


@pytest.mark.parametrize("where", ["PIP_INDEX_URL", "pip.conf"])
def test_the_users_index_is_asked(project: Path, tmp_path: Path, where: str) -> None:
    """The index that a variable or pip's own file names is where packages are looked for, through nothing else."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    asked.append(client.recv(200))

        thread = threading.Thread(target=answer, name="index")
        thread.start()
        index = f"http://127.0.0.1:{listener.getsockname()[1]}/simple"
        config = tmp_path / "pip.conf"
        config.write_text(f"[global]\nindex-url = {index}\n[install]\nuser = yes\n" if where == "pip.conf" else "")
        environ = {"PIP_CONFIG_FILE": str(config), "PIP_RETRIES": "0", "PIP_FIND_LINKS": "", "NO_PROXY": "127.0.0.1"}
        environ |= {"PIP_INDEX_URL": index} if where == "PIP_INDEX_URL" else {}
        lock = tmp_path / "lock.txt"
        lock.write_text(f"a-package==1.0 --hash=sha256:{'0' * 64}\n")
        failed = run([sys.executable, str(project / "requirements/install.py"), str(lock)], tmp_path, environ)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    assert failed.returncode != 0
    assert asked, failed.stderr
    assert asked[0].startswith(b"GET /simple/a-package/ ")


def test_what_says_how_to_reach_an_index_is_kept(project: Path, tmp_path: Path) -> None:
    """Indexes, links, certificates and proxies of variables and of pip's files hold, a variable first; no other setting does."""
    environ = hostile_environment(tmp_path) | {"PIP_CERT": "/mine.pem", "PIP_FIND_LINKS": "/wheels", "HTTPS_PROXY": "http://p"}
    environ |= {"PIP_INDEX_URL": "", "PIP_DEFAULT_TIMEOUT": "", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    Path(environ["PIP_CONFIG_FILE"]).write_text(
        f"[global]\ntarget = {tmp_path}\nquiet = 3\ncert = /theirs.pem\nproxy = http://proxy.example:8080\n"
        "index-url = https://user:secret@one.example/simple\nextra-index-url =\n    https://two.example\n    https://three.example\n"
        "[install]\ntrusted-host = one.example\nuser = true\n"
    )
    program = "import os, runpy; print(runpy.run_path('requirements/install.py')['clean_environment'](os.environ))"
    done = run([sys.executable, "-I", "-c", program], project, environ)
    assert done.returncode == 0, done.stderr
    kept = ast.literal_eval(done.stdout)
    assert {name: value for name, value in kept.items() if name.startswith("PIP_")} == {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_CERT": "/mine.pem",
        "PIP_FIND_LINKS": "/wheels",
        "PIP_INDEX_URL": "https://user:secret@one.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://two.example https://three.example",
        "PIP_PROXY": "http://proxy.example:8080",
        "PIP_TRUSTED_HOST": "one.example",
    }
    assert kept["HTTPS_PROXY"] == "http://p"
    assert kept.keys().isdisjoint({name for name in environ if name.startswith("PYTHON")})

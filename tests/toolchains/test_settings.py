"""What of a user's environment holds for package managers, and what tells the machines apart that share a cache."""

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.toolchains import Runtime, load_toolchain
from dvara_examples.toolchains._install import deciding_settings, install_environment, platform_parts
from dvara_examples.toolchains._node_runtime import _key

HOLD = (
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX_STRATEGY", "UV_FIND_LINKS", "UV_NO_INDEX"),
    *("UV_INDEX_OURS_USERNAME", "UV_INDEX_OURS_PASSWORD", "UV_KEYRING_PROVIDER", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS"),
    *("UV_INSECURE_HOST", "UV_OFFLINE", "UV_CACHE_DIR", "UV_NO_CACHE", "UV_CONFIG_FILE", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES"),
    *("UV_REQUEST_TIMEOUT", "UV_CONCURRENT_DOWNLOADS", "UV_LINK_MODE", "UV_EXCLUDE_NEWER"),
    *("npm_config_registry", "NPM_CONFIG_REGISTRY", "npm_config_@ours:registry", "npm_config_//npm.example/:_authToken"),
    *("npm_config_cafile", "npm_config_ca", "npm_config_strict_ssl", "npm_config_proxy", "npm_config_https_proxy"),
    *("npm_config_noproxy", "npm_config_fetch_retries", "npm_config_fetch_timeout", "npm_config_offline", "npm_config_cache"),
    *("npm_config_userconfig", "npm_config_globalconfig", "npm_config_legacy_peer_deps", "npm_config_before"),
    *("HOME", "PATH", "TMPDIR", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "LC_ALL", "XDG_CONFIG_HOME"),
)
"""They say where packages come from and how they are reached."""
DO_NOT = (
    *("UV_CONSTRAINT", "UV_BUILD_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE", "UV_REQUIRE_HASHES", "UV_NO_VERIFY_HASHES"),
    *("UV_RESOLUTION", "UV_PRERELEASE", "UV_FORK_STRATEGY", "UV_UPGRADE", "UV_NO_BINARY", "UV_NO_BUILD", "UV_ONLY_BINARY"),
    *("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES", "UV_TARGET", "UV_PREFIX", "UV_PROJECT", "UV_WORKING_DIR"),
    *("UV_PROJECT_ENVIRONMENT", "UV_VENV_SEED", "UV_VENV_CLEAR", "UV_VENV_RELOCATABLE", "UV_ENV_FILE", "UV_TOOL_DIR"),
    *("UV_MANAGED_PYTHON", "UV_PYTHON_PREFERENCE", "UV_NO_DEPS", "UV_DRY_RUN", "UV_ISOLATED", "UV_COMPILE_BYTECODE"),
    *("npm_config_global", "npm_config_location", "npm_config_prefix", "npm_config_local_prefix", "npm_config_dry_run"),
    *("npm_config_package_lock", "npm_config_package_lock_only", "npm_config_omit", "npm_config_only", "npm_config_production"),
    *(
        "npm_config_workspace",
        "npm_config_workspaces",
        "npm_config_install_strategy",
        "npm_config_install_links",
        "npm_config_tag",
    ),
    *("npm_config_force", "npm_config_os", "npm_config_cpu", "npm_config_libc", "npm_config_json", "npm_config_save"),
    *("npm_config_node_options", "npm_config_script_shell", "npm_config_ignore_scripts", "npm_config_engine_strict"),
    *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_CONSTRAINT", "PIP_REQUIRE_VIRTUALENV", "PIP_NO_BINARY", "PIP_ROOT"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("NODE_OPTIONS", "NODE_PATH", "NODE_ENV", "DVARA_API_KEY", "OPENAI_API_KEY", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY"),
)
"""They are meant for other projects, or are nobody's business."""


@pytest.mark.parametrize("name", HOLD)
def test_a_setting_of_where_packages_come_from_holds(make_world: Callable[..., World], name: str) -> None:
    """Indexes, proxies, certificates and accounts are the user's."""
    assert install_environment(make_world(environ={name: "x"})).get(name) == "x"


@pytest.mark.parametrize("name", DO_NOT)
def test_a_setting_of_another_project_does_not_hold(make_world: Callable[..., World], name: str) -> None:
    """It would choose other releases, put them elsewhere, or show a key to what is installed."""
    assert name not in install_environment(make_world(environ={name: "x"}))


PIP = [
    ("index-url", "https://index.example/simple", "UV_DEFAULT_INDEX", "https://index.example/simple"),
    ("extra-index-url", "https://a.example/\nhttps://b.example/", "UV_EXTRA_INDEX_URL", "https://a.example/ https://b.example/"),
    ("find-links", "/ https://a.example/", "UV_FIND_LINKS", "/,https://a.example/"),
    ("find-links", "/nowhere/wheels", "UV_FIND_LINKS", None),
    ("trusted-host", "a.example b.example", "UV_INSECURE_HOST", "a.example b.example"),
    ("cert", "/company.pem", "SSL_CERT_FILE", "/company.pem"),
    ("proxy", "http://proxy.example:3128", "ALL_PROXY", "http://proxy.example:3128"),
    ("timeout", "60", "UV_HTTP_TIMEOUT", "60"),
    ("default-timeout", "60", "UV_HTTP_TIMEOUT", "60"),
    ("timeout", "1.5", "UV_HTTP_TIMEOUT", None),
    ("keyring-provider", "subprocess", "UV_KEYRING_PROVIDER", "subprocess"),
    ("keyring-provider", "import", "UV_KEYRING_PROVIDER", None),
]
"""What pip's settings say of where packages come from, in uv's words."""


@pytest.mark.parametrize(("name", "value", "ours", "told"), PIP)
def test_pips_variables_hold_for_uv(make_world: Callable[..., World], name: str, value: str, ours: str, told: str | None) -> None:
    """A company names its index for pip; uv installs the packages, and reads nothing of pip's."""
    environ = {"PIP_CONFIG_FILE": "/dev/null", f"PIP_{name.upper().replace('-', '_')}": value}
    assert install_environment(make_world(environ=environ)).get(ours) == told
    own = {**environ, ours: "the user's own"}
    assert install_environment(make_world(environ=own))[ours] == "the user's own"


@pytest.mark.parametrize(("name", "value", "ours", "told"), PIP)
@pytest.mark.parametrize("place", ["home/.pip/pip.conf", "home/.config/pip/pip.conf", "etc/pip/pip.conf", "named.conf"])
def test_pips_files_hold_for_uv(
    make_world: Callable[..., World], tmp_path: Path, place: str, name: str, value: str, ours: str, told: str | None
) -> None:
    """Wherever pip would find the setting; its variable goes before its files."""
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[global]\nuser = true\ntarget = /t\n[install]\n" + f"{name} = {value}\n".replace("\nhttps", "\n  https"))
    environ = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "etc")}
    environ |= {"PIP_CONFIG_FILE": str(file)} if place == "named.conf" else {}
    assert install_environment(make_world(environ=environ)).get(ours) == told
    assert install_environment(make_world(environ={**environ, "PIP_CONFIG_FILE": "/dev/null"})).get(ours) is None
    variable = {**environ, "PIP_INDEX_URL": "https://variable.example/"}
    assert install_environment(make_world(environ=variable))["UV_DEFAULT_INDEX"] == "https://variable.example/"


@pytest.mark.parametrize("text", ["no section", "[global]\nindex-url", "[global]\nindex-url = %(x)s\n\xff"])
def test_a_file_of_pips_that_cannot_be_read_has_no_say(make_world: Callable[..., World], tmp_path: Path, text: str) -> None:
    """It is pip's to complain about it."""
    (tmp_path / "pip.conf").write_bytes(text.encode("latin-1"))
    environ = {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    assert "UV_DEFAULT_INDEX" not in install_environment(make_world(environ=environ))


DECIDE = (
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX_STRATEGY", "UV_FIND_LINKS", "UV_NO_INDEX"),
    *("UV_CONFIG_FILE", "UV_NO_CONFIG", "UV_EXCLUDE_NEWER", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"),
    *("npm_config_registry", "NPM_CONFIG_REGISTRY", "npm_config_@ours:registry", "npm_config_userconfig"),
    *("npm_config_globalconfig", "npm_config_legacy_peer_deps", "npm_config_before"),
)


@pytest.mark.parametrize("name", DECIDE)
def test_a_setting_that_chooses_releases_is_in_the_key(make_world: Callable[..., World], name: str) -> None:
    """Another index or another day gives another set of packages, and not the one of before."""
    one, other = (deciding_settings(make_world(environ={"PIP_CONFIG_FILE": "/dev/null", name: value})) for value in "ab")
    assert len(one) == len(other) == 1
    assert one != other


@pytest.mark.parametrize("name", sorted({*HOLD} - {*DECIDE} - {"UV_FIND_LINKS"}))
def test_a_setting_of_how_an_index_is_reached_is_in_no_key(make_world: Callable[..., World], name: str) -> None:
    """A new token or proxy makes nobody install everything once more."""
    assert deciding_settings(make_world(environ={"PIP_CONFIG_FILE": "/dev/null", name: "x"})) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NODE_OPTIONS", "--no-such-option"),
        ("NODE_OPTIONS", "--require /nowhere/hook.cjs"),
        ("NODE_PATH", "/nowhere"),
        ("PYTHONHOME", "/nowhere"),
        ("PYTHONPATH", "shadow"),
        ("PYTHONSTARTUP", "/nowhere/start.py"),
        ("PYTHONSAFEPATH", "1"),
        ("PYTHONVERBOSE", "1"),
        ("PYTHONUTF8", "7"),
        ("LD_PRELOAD", "/nowhere/lib.so"),
        ("JAVA_TOOL_OPTIONS", "-XX:NoSuchOption"),
        ("JDK_JAVA_OPTIONS", "--no-such-option"),
        ("_JAVA_OPTIONS", "-XX:NoSuchOption"),
        ("CLASSPATH", "/nowhere"),
    ],
)
@pytest.mark.parametrize("language", ["node", "python", "java"])
def test_what_no_example_gets_does_not_mislead_a_probe(
    make_world: Callable[..., World], tmp_path: Path, language: str, name: str, value: str
) -> None:
    """A runtime is asked as it will be started: what another project sets for it breaks neither."""
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "sys.py").write_text("raise SystemExit('shadowed')\n")
    usual = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DVARA_EXAMPLES_PYTHON": sys.executable}
    found = [load_toolchain(language).probe(make_world(environ={**usual, **more})) for more in ({}, {name: value})]
    assert found[0] == found[1]
    if language != "java":
        assert isinstance(found[1], Runtime)


@pytest.mark.parametrize("what", ["system", "machine", "libc_ver"])
def test_machines_that_share_a_cache_are_told_apart(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """System, processor and C library are in the key of each folder with something compiled; Node.js itself is one."""
    parts, key = platform_parts(), _key()
    monkeypatch.setattr(platform, what, lambda: ("other", "1") if what == "libc_ver" else "other")
    assert platform_parts() != parts
    assert _key() != key


def test_every_cached_folder_has_the_machine_in_its_key() -> None:
    """Whoever makes such a folder takes the parts of the machine into its name."""
    sources = Path(__file__).parents[2] / "runner" / "dvara_examples" / "toolchains"
    makers = [
        path
        for path in sources.rglob("*.py")
        if "cached_folder(" in path.read_text("utf-8") or "intact_folder(" in path.read_text("utf-8")
    ]
    without = {path.name for path in makers if "platform_parts()" not in path.read_text("utf-8")}
    assert without <= {"_cache.py", "intact.py", "mima.py"}  # the last one holds jars that run on every machine

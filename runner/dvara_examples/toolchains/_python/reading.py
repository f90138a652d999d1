"""Reads the text of a Python script: its imports, its variables, and whether it does something."""

import builtins
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from dvara_examples.core.language import Reading

if TYPE_CHECKING:
    import ast  # imported on demand: every command loads this module

_CLIENTS = frozenset(
    {
        *("openai", "anthropic", "litellm", "pydantic_ai", "instructor", "dspy", "haystack", "mirascope", "agents", "smolagents"),
        *("crewai", "autogen", "semantic_kernel", "llama_index", "langchain", "langgraph"),
    }
)
_CLIENT_PREFIXES = ("langchain_", "llama_index")
_CALLED_OTHERWISE = {
    "dotenv": "python-dotenv",
    "yaml": "pyyaml",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "sklearn": "scikit-learn",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "agents": "openai-agents",
    "haystack": "haystack-ai",
    "autogen": "autogen-agentchat",
}
_COMPANIONS = frozenset({"pydantic", "dotenv", "rich", "tenacity", "requests", "httpx", "numpy", "pandas", "tiktoken"})
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_SEVERAL = re.compile(r"^[ \t]*import[ \t]+[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*([\w., \t]+)$", re.MULTILINE)
_DOCSTRING = re.compile(r'^\s*(?:#[^\n]*\n|\s)*[rRuU]?("""|\'\'\')(.*?)\1', re.DOTALL)
_METADATA = re.compile(r"^# /// script\s*$", re.MULTILINE)
_ASKING = ("create", "parse", "invoke", "run_sync", "completion", "post", "get", "urlopen", "stream")


def _says(text: str) -> str:
    found = _DOCSTRING.match(text)
    return found[2] if found else ""


def _imports(code: str) -> tuple[str, ...]:
    found = _IMPORT.findall(code)
    several = _SEVERAL.findall(code)
    found += [name.strip().partition(" ")[0].partition(".")[0] for names in several for name in names.split(",")]
    return tuple(dict.fromkeys(filter(None, found)))


def _is_client(name: str) -> bool:
    return name in _CLIENTS or name.startswith(_CLIENT_PREFIXES)


def _package_of(name: str) -> str | None:
    return None if name in sys.stdlib_module_names else _CALLED_OTHERWISE.get(name, name.replace("_", "-"))


def _provides(listing: Path, name: str) -> bool:
    places = (listing.parent / "src", listing.parent)
    return listing.name in ("pyproject.toml", "setup.py") and any((place / name / "__init__.py").is_file() for place in places)


def _beside(script: Path, name: str) -> bool:
    return (script.parent / name).is_dir() or (script.parent / f"{name}.py").is_file()


def _runs(text: str, _code: str) -> bool:
    tree = _parsed(text)
    return tree is None or any(_does_something(statement) for statement in tree.body)  # its run will report what is wrong


def _does_something(statement: "ast.stmt") -> bool:
    import ast

    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASKING
            for node in ast.walk(statement)
        )
    return isinstance(statement, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Raise | ast.Assert)


def _not_alone(text: str, _code: str) -> str | None:
    tree = _parsed(text)
    if tree is None:
        return "is not valid Python by itself"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "page", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # such as a top-level await, as in a notebook
        return f"is not a script by itself: {error.msg if isinstance(error, SyntaxError) else error}"
    lacking = sorted(_undefined(tree))
    if not lacking or "*" in _defined(tree):
        return None
    more = f" and {len(lacking) - _MOST_NAMES} more" if len(lacking) > _MOST_NAMES else ""
    return f"uses {', '.join(lacking[:_MOST_NAMES])}{more}, which it does not define"


_MOST_NAMES = 3


def _continues(before: str, text: str) -> bool:
    earlier, tree = _parsed(before), _parsed(text)
    if tree is None:
        return False
    needed, defined = _undefined(tree), _defined(earlier) if earlier is not None else set()
    return bool(needed) and needed <= defined


def _parsed(text: str) -> "ast.Module | None":
    """Return the syntax tree of *text*, or None if it is not valid Python."""
    import ast

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _undefined(tree: "ast.Module") -> set[str]:
    """Return the names that *tree* reads and does not define."""
    import ast

    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return loaded - _defined(tree) - set(dir(builtins)) - {"__name__", "__file__"}


def _defined(tree: "ast.Module") -> set[str]:
    import ast

    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    names |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    names |= {n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and n.name}
    names |= {n.rest for n in ast.walk(tree) if isinstance(n, ast.MatchMapping) and n.rest}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names


READING = Reading(
    lists_itself=lambda text: _METADATA.search(text) is not None,
    lists=("requirements.txt", "pyproject.toml", "requirements.in", "setup.py"),
    variables=re.compile(
        r"""os\.environ(?:\s*\[\s*["'](?P<needed>\w+)["']|(?:\.get|\.setdefault)?\s*\(\s*["'](\w+)["'])"""
        r"""|(?:os\.)?\bgetenv\(\s*["'](\w+)["']"""
    ),
    says=_says,
    imports=_imports,
    is_client=_is_client,
    companions=_COMPANIONS,
    is_foreign=lambda name: name not in _COMPANIONS and _package_of(name) is not None,
    package_of=_package_of,
    provides=_provides,
    beside=_beside,
    runs=_runs,
    not_alone=_not_alone,
    continues=_continues,
)

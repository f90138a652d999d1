"""Reads the text of a Node.js script: its imports, its variables, and whether it does something."""

import re

from dvara_examples.core.language import Reading, block_comment

_CLIENTS = frozenset({"openai", "ai", "langchain", "llamaindex", "@anthropic-ai/sdk", "instructor"})
_CLIENT_PREFIXES = ("@ai-sdk/", "@langchain/", "@openai/", "openai/", "@anthropic-ai/sdk/")
_BUILT_IN = frozenset(
    {
        *("assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram"),
        *("diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os"),
        *("path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream", "string_decoder", "sys"),
        *("test", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib"),
    }
)
_NO_PACKAGE = (".", "/", "#", "@/", "~", "node:", "bun:", "http:", "https:", "npm:", "jsr:")
_COMPANIONS = frozenset({"zod", "valibot", "dotenv", "dotenv/config", "chalk", "express", "zod-to-json-schema"})
_IMPORT = re.compile(r"""\b(?:from|import|require\()\s*["']([^"'\n]+)["']""")
_HANDLER = re.compile(r"^export\s+(?:default\s+)?(?:async\s+)?function\s+(?:handler|GET|POST)\b", re.MULTILINE)
_CALL = re.compile(r"^(?!export\b)[^\s/*}\])].*\(", re.MULTILINE)
_DECLARED = re.compile(r"^(?:const|let|var|class|(?:async )?function\*?)\s+(?:\{([^}]*)\}|(\w+))", re.MULTILINE)
_IMPORTED = re.compile(r"^import\s+(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\})?\s*from\b", re.MULTILINE)
_COMMENTS = re.compile(r"^[ \t]*//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_USED = re.compile(r"(?<![.\w])([A-Za-z_$][\w$]*)(?=\s*[.(])")


def _imports(code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_IMPORT.findall(code)))


def _is_client(name: str) -> bool:
    return name in _CLIENTS or name.startswith(_CLIENT_PREFIXES)


def _package_of(specifier: str) -> str | None:
    parts = specifier.split("/")
    if specifier.startswith(_NO_PACKAGE) or parts[0] in _BUILT_IN:
        return None
    return "/".join(parts[:2]) if specifier.startswith("@") else parts[0]


def _runs(_text: str, code: str) -> bool:
    return not _HANDLER.search(code) and _CALL.search(code) is not None


def _continues(before: str, text: str) -> bool:
    earlier, own = _names(before), _names(text)
    used = set(_USED.findall(_COMMENTS.sub("", text)))
    return bool(used & earlier - own) and not (own & earlier)


def _names(text: str) -> set[str]:
    """Return the names that *text* declares or imports at its top level."""
    code = _COMMENTS.sub("", text)
    matches = (*_DECLARED.finditer(code), *_IMPORTED.finditer(code))
    groups = [group for match in matches for group in match.groups() if group]
    return {
        name.rpartition(":")[2].rpartition(" as ")[2].strip() for group in groups for name in group.split(",") if name.strip()
    }


READING = Reading(
    lists=("package.json",),
    variables=re.compile(
        r"""(?:process|Bun|import\.meta)\.env(?:\.([A-Za-z_]\w*)|\[\s*["'`](\w+)["'`]\s*\])"""
        r"""|Deno\.env\.get\(\s*["'`](\w+)["'`]"""
    ),
    says=block_comment,
    imports=_imports,
    is_client=_is_client,
    companions=_COMPANIONS,
    is_foreign=lambda name: name not in _COMPANIONS and _package_of(name) is not None,
    package_of=_package_of,
    runs=_runs,
    continues=_continues,
)

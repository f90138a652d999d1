"""Code of a page that cannot show anything on a gateway: it asks another provider by name, or omits a part of itself."""

import ast
import re

from dvara_examples.core.language import Reading
from dvara_examples.scaffold.adopt import signs

_OWN = frozenset({"openai", "openai-chat", "openai-responses", "anthropic", "text-completion-openai", "litellm_proxy", "litellm"})
"""Providers whose libraries a run leads to the gateway."""
_OTHERS = (
    "ai21|aleph_alpha|alibaba|anyscale|azure(?:_ai)?|baseten|bedrock(?:_converse)?|cerebras|cloudflare|codestral|cohere(?:_chat)?|dashscope"
    "|databricks|deepinfra|deepseek|fireworks(?:_ai)?|friendliai|gemini|github(?:_copilot)?|google(?:[-_](?:gla|vertex|genai|anthropic_vertex))?|grok"
    "|groq|heroku|hosted_vllm|hugging-?face|lm_studio|meta_llama|mistral(?:ai)?|moonshotai|nebius|nvidia_nim|ollama(?:_chat)?|openrouter|ovhcloud"
    "|perplexity|replicate|sagemaker|sambanova|together(?:_ai|compute)?|upstage|vercel|vertex_ai(?:_beta)?|vllm|volcengine|voyage|watsonx"
    "|writer|xai|zai"
)
_BY_NAME = re.compile(rf"[\"'`](?P<provider>{_OTHERS})[:/][\w./@:-]+[\"'`]")
_BY_MODULE = re.compile(
    rf"\b(?:pydantic_ai\.(?:providers|models)\.|@ai-sdk/|langchain_|llama_index\.llms\.)(?P<provider>{_OTHERS})\b"
)
_SPEAKS_NAMES = re.compile(r"\b(?:litellm|pydantic_ai|from_provider|init_chat_model|crewai|agno)\b")
_GIVEN_ADDRESS = re.compile(r"\b(?:base_?url|api_base|apiBase|openai_api_base)\b", re.IGNORECASE)
_VERCEL = re.compile(r"""\bmodel:\s*["'`][\w-]+/[\w.:-]+["'`]""")
_FILLED_IN = re.compile(r"\b__[A-Z][A-Z_]*__\b")
_IDENTITY = re.compile(r"\bworkload_?identity\b|k8s_?service_?account|\bSubjectToken", re.IGNORECASE)
_WRITES = re.compile(
    r"""open\(\s*["']([^"'\n]+)["']\s*,\s*(?:mode=)?["'][wax]|writeFile(?:Sync)?\(\s*["']([^"'\n]+)["']|createWriteStream\(\s*["']([^"'\n]+)["']"""
)
_LEFT_OUT = re.compile(r"^\s*(?:#|//)\s*(?:\.\.\.|…).*$", re.MULTILINE)


def asks_elsewhere(code: str, text: str, reading: Reading) -> str | None:
    """Return why *code*, whose *text* includes comments, cannot be judged by what it does here, or None."""
    left_out = _LEFT_OUT.search(text)
    if left_out is not None:
        return f"leaves a part of itself out ({left_out[0].strip()})"
    filled_in = _FILLED_IN.search(code)
    if filled_in is not None:
        return f"holds {filled_in[0]}, which is filled in where the page is built"
    if signs.READS_INPUT.search(code):
        return "waits for input, which a page does not give"
    if _only_defines(text):
        return "defines functions that nothing calls"
    if _IDENTITY.search(code):
        return "needs an identity in a cloud"
    if (file := _opened(code)) is not None:
        return f"opens {file}, which the page does not give"
    packages = {reading.package_of(name) for name in reading.imports(code)}
    if "ai" in packages and not any(name and name.startswith("@ai-sdk/") for name in packages) and _VERCEL.search(code):
        return "asks Vercel's AI Gateway, which a model's bare name means, past any other gateway"
    if _GIVEN_ADDRESS.search(code):
        return None
    found = _BY_MODULE.search(code) or (_BY_NAME.search(code) if _SPEAKS_NAMES.search(code) else None)
    if found is not None and found["provider"] not in _OWN:
        return f"asks the provider {found['provider']}, past any gateway"
    return None


def _only_defines(text: str) -> bool:
    """Tell whether *text* is Python whose functions and classes nothing else uses, and which asks only inside them."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return False
    made = {each.name for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    outside = [each for each in body if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    used = {node.id for each in outside for node in ast.walk(each) if isinstance(node, ast.Name)}
    if not made or made & used:
        return False
    source = "\n".join(ast.unparse(each) for each in outside)
    return (
        signs.ASKS.search(source) is None
        and re.search(r"\.(?:list|retrieve|embed\w*|stream\w*|batch|post|get)\(", source) is None
    )


def _opened(code: str) -> str | None:
    """Return the first file that *code* reads without writing it, or None."""
    written = {name for found in _WRITES.findall(code) for name in found if name}
    read = (name for found in signs.OPENS_FILE.findall(code) for name in found if name)
    return next((name for name in read if name not in written), None)

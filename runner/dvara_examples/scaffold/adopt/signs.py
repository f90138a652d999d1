"""Words that reveal endpoints of a gateway, servers and other services in a script of any language."""

import re

SPEAKS = re.compile(
    r"chat/completions|/v1/(?:messages|responses|completions|embeddings|models)\b"
    r"|\b(?:DVARA_URL|(?:OPENAI|ANTHROPIC)_(?:BASE_URL|API_BASE))\b"
)
"""Without a client library: the path of a request, or the variable that holds its address."""

TEST_NAME = re.compile(r"^test_|_test\.\w+$|\.(?:test|spec)\.\w+$|Tests?\.java$|^conftest\.py$")
TEST_CODE = re.compile(
    r"""^\s*(?:async\s+)?def\s+test_|^class\s+Test|\bimport\s+(?:pytest|unittest)\b|@Test\b|\borg\.junit\b
    |^\s*(?:describe|it|test)\(\s*["'`]|["'](?:vitest|@jest/globals|node:test)["']""",
    re.MULTILINE | re.VERBOSE,
)

SERVER = re.compile(
    r"\.listen\(|\buvicorn\.run\(|\b\w*(?:HTTP|TCP)Server\(|\bHttpServer\.create\(|\brun_app\(|\bcreateServer\(|\b(?:Bun|Deno)\.serve\(|\bapp\.run\(|\bSpringApplication\.run\("
    r"|\bFastAPI\(|\bFlask\(|\bstreamlit\b|\bgradio\b|\bchainlit\b"
)

OWN_LIBRARY = "asks a provider by that one's own library, past any gateway"
_PYTHON = (
    r"cohere|google\.(?:generativeai|genai)|mistralai|groq|ollama|vertexai|cerebras|writerai|xai_sdk|together|replicate"
    r"|huggingface_hub"
)
_NODE = (
    r"cohere-ai|@google/(?:generative-ai|genai)|@mistralai/mistralai|groq-sdk|ollama(?:/browser)?|together-ai|replicate|@huggingface/inference"
    r"|@ai-sdk/(?!openai|anthropic|openai-compatible|react|svelte|vue|rsc|provider)[\w-]+"
)
_JAVA = (
    r"dev\.langchain4j\.model\.(?:mistralai|googleai|huggingface|watsonx|ovhai|cohere|jlama|gpullama3|ollama|localai|workersai|github|jina|nomic"
    r"|voyageai|zhipu|dashscope|qianfan)|com\.google\.genai"
)
OTHER_PROVIDER = re.compile(
    rf"""^\s*(?:from|import)\s+(?:{_PYTHON})\b|\b(?:from|import|require)\s*\(?\s*["'](?:{_NODE})["']"""
    rf"""|^\s*import\s+(?:static\s+)?(?:{_JAVA})\b""",
    re.MULTILINE,
)
"""The own libraries of providers, which ask these and nothing else."""

AZURE = "needs an Azure account"
CERTIFICATE = "needs a client certificate"
KEY_ALONE = re.compile(r"\breturn\s+(?:Async)?OpenAI\(\s*\)")
"""A script that could take a certificate, and does with a key alone."""
SERVICES = (
    (
        re.compile(
            r"""\b(?:Async)?AzureOpenA[Ii]\w*|\bazure[._]identity\b|["']@azure/|\bazure_endpoint\b|\bazure_ad_token|services\.ai\.azure"""
            r"""|\b(?:Async)?AnthropicFoundry\b|\bMistralAzure\b|\bAZURE_(?:OPENAI|API)_\w+|\bcom\.openai\.azure\b|\bcom\.azure\."""
        ),
        AZURE,
    ),
    (
        re.compile(r"\b(?:Async)?(?:Open)?(?:Anthropic|AI)?Bedrock\w*|\bbedrock\(|\bboto3\b|[\"']openai/bedrock|bedrock-runtime"),
        "needs an AWS account",
    ),
    (
        re.compile(r"\bVertex(?:A[Ii]\w*)?\b|\bgoogle\.auth\b|AnthropicVertex|AnthropicGoogleCloud|\bMistralGCP\b|\bVertexAi\w+"),
        "needs a Google Cloud account",
    ),
    (
        re.compile(
            r"""\.realtime\b|\.responses\.connect\(|["']openai/(?:\w+/)*realtime|\bwebsockets?\b|\.connect\(\s*(?:model|\{)|\bResponsesWS\b|["']ws["']"""
        ),
        "speaks WebSocket, which the tap does not read",
    ),
    (
        re.compile(r"load_cert_chain|\bmtls\b|CERTIFICATE_CHAIN|client_?cert", re.IGNORECASE),
        CERTIFICATE,
    ),
    (
        re.compile(r"\borg\.testcontainers\b|\bfrom testcontainers\b"),
        "needs a service in a container (Testcontainers)",
    ),
    (OTHER_PROVIDER, OWN_LIBRARY),
    (re.compile(r"\bsounddevice\b|\bpyaudio\b|\bmicrophone\b", re.IGNORECASE), "needs a microphone or a speaker"),
)
UNSERVED = re.compile(
    r"\.(audio|images|files|uploads|vector_?[sS]tores|batches|fine_?[tT]uning|assistants|threads|videos?|moderations|containers"
    r"|evals|conversations)(?:\(\))?\s*\.\w+"
)
"""Calls of the OpenAI libraries to endpoints that a gateway for models does not have."""

SERVED = re.compile(r"\.(?:chat\.completions|completions|responses|embeddings|models|messages)\b")

READS_INPUT = re.compile(r"(?<![\w.])input\(|\bsys\.stdin\b|\bprocess\.stdin\b|\breadline\b|\bSystem\.in\b|\bScanner\(")
READS_ARGUMENTS = re.compile(
    r"\bsys\.argv\b|\bargparse\b|(?<![\w@])@?click\.(?:argument|command)|\btyper\b|\bprocess\.argv\b|\bargs\[\d\]|\bparseArgs\("
)
OPENS_FILE = re.compile(
    r"""\bopen\(\s*["']([^"'\n]+)["']|\bPath\(\s*["']([^"'\n]+)["']\)\.(?:read|open)|\breadFile(?:Sync)?\(\s*["']([^"'\n]+)["']"""
    r"""|\bcreateReadStream\(\s*["']([^"'\n]+)["']|\bPath(?:s\.get|\.of)\(\s*"([^"\n]+)"\)"""
)
MODEL = re.compile(r"""\bmodel(?:_?[nN]ame)?["']?\s*[:=(]\s*["'`]([\w./:-]+)["'`]""")
CLIENT_MADE = re.compile(
    r"\b(?:Async)?(?:OpenAI|Anthropic)\(|\bnew\s+(?:OpenAI|Anthropic)\(|OkHttpClient\.fromEnv|\bcreateOpenAI\("
)
STREAMS = re.compile(
    r"\bstream\s*[=:]\s*(?:True|true)\b|\.stream\(|\bstreamText\(|\bastream\(|createStreaming\(|\"stream\"\s*:\s*true"
    r"|\bStreaming(?:Chat(?:Language)?Model|(?:Chat)?ResponseHandler)\b"
)
ASKS = re.compile(
    r"\.create\(|\.parse\(|\.stream\(|\bgenerateText\(|\bstreamText\(|\bgenerateObject\(|\.invoke\(|\.chat\(|completion\(|\.run_sync\("
    r"|\.run\(|\bfetch\(|\.send\(|\.request\(\s*.POST|\burlopen\(|requests\.post\(|httpx\.(?:post|stream)\("
)

_FROM_ENVIRONMENT = re.compile(r"""\b(\w+)\s*=\s*os\.(?:getenv\(|environ(?:\.get\(|\[))\s*["'](\w+)["']""")
_PLAIN_CLIENT = re.compile(r"\b(?:Async)?OpenAI\((?![^)]*\b(?:base_url|azure\w*)\s*=)")


def service_variable(code: str) -> str | None:
    """Return the variable by which *code* chooses between Azure and OpenAI itself, or None."""
    if not _PLAIN_CLIENT.search(code):
        return None
    for name, variable in _FROM_ENVIRONMENT.findall(code):
        if re.search(rf"\b{name}\s*==\s*[\"']azure[\"']", code):
            return str(variable)
    return None

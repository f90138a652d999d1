"""Words by which the endpoints of a gateway, servers and other services are known in a script of any language."""

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
    r"\.listen\(|\buvicorn\.run\(|\bHTTPServer\(|\bcreateServer\(|\b(?:Bun|Deno)\.serve\(|\bapp\.run\(|\bSpringApplication\.run\("
    r"|\bFastAPI\(|\bFlask\(|\bstreamlit\b|\bgradio\b|\bchainlit\b"
)

CERTIFICATE = "needs a client certificate of its own"
KEY_ALONE = re.compile(r"\breturn\s+(?:Async)?OpenAI\(\s*\)")
"""A script that could take a certificate, and does with a key alone."""
SERVICES = (
    (
        re.compile(
            r"""\b(?:Async)?AzureOpenAI\b|\bazure[._]identity\b|["']@azure/|\bazure_endpoint\b|\bazure_ad_token|services\.ai\.azure"""
        ),
        "needs an Azure account",
    ),
    (
        re.compile(r"\b(?:Async)?(?:Open)?(?:Anthropic|AI)?Bedrock\w*|\bbedrock\(|\bboto3\b|[\"']openai/bedrock|bedrock-runtime"),
        "needs an AWS account",
    ),
    (re.compile(r"\bVertex(?:AI)?\b|\bgoogle\.auth\b|AnthropicVertex"), "needs a Google Cloud account"),
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
        re.compile(
            r"""^\s*(?:from|import)\s+(?:cohere|google\.(?:generativeai|genai)|mistralai|groq|vertexai|cerebras|writerai|xai_sdk)\b"""
            r"""|["'](?:cohere-ai|@google/(?:generative-ai|genai)|@mistralai/mistralai|groq-sdk)["']""",
            re.MULTILINE,
        ),
        "asks a provider by that one's own library, past any gateway",
    ),
    (re.compile(r"\bsounddevice\b|\bpyaudio\b|\bmicrophone\b", re.IGNORECASE), "needs a microphone or a speaker"),
)
UNSERVED = re.compile(
    r"\.(audio|images|files|uploads|vector_?[sS]tores|batches|fine_?[tT]uning|assistants|threads|videos?|moderations|containers"
    r"|evals|conversations)\.\w+"
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
)
ASKS = re.compile(
    r"\.create\(|\.parse\(|\.stream\(|\bgenerateText\(|\bstreamText\(|\bgenerateObject\(|\.invoke\(|\.chat\(|completion\(|\.run_sync\("
    r"|\.run\(|\bfetch\(|\.send\(|\.request\(\s*.POST|\burlopen\(|requests\.post\(|httpx\.(?:post|stream)\("
)

"""The default answers of the embedded gateway for a key without a script, chosen by the request.

It plays a workspace whose governance blocks personal data and attacks on the prompt. In this order:

* a prompt that holds an e-mail address or a US social security number: 400 ``pii_detected``;
* a prompt with "ignore all previous instructions": 403 ``guardrail_blocked``;
* a last message that asks for an "email address" or "e-mail address": the answer would hold one, so governance withholds it
  (``content_filter`` in a stream, 400 ``pii_detected`` otherwise);
* ``response_format: json_schema``: an instance of the schema; ``json_object``: a small object;
* ``tools``, unless ``tool_choice`` is ``none`` or the last message is a tool's result: a call of the tool;
* anything else: a friendly sentence, and after it the word that the last message asks for with "end with the word".
"""

import json
import re
from collections.abc import Mapping

from dvara_examples.embedded_gateway.answer import Answer, ToolCall, json_answer, text_answer
from dvara_examples.embedded_gateway.chat_request import ChatRequest, text_of
from dvara_examples.embedded_gateway.errors_table import Refusal
from dvara_examples.embedded_gateway.instances import instance_of

PIECE_DELAY_S = 0.04
GREETING = "Streaming works: each word of this answer left the gateway as soon as it was ready."

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_ATTACK = re.compile(r"ignore (all )?previous instructions", re.IGNORECASE)
_LAST_WORD = re.compile(r"\bend with the word (\w+)", re.IGNORECASE)
_ASKS_FOR_EMAIL = re.compile(r"\be-?mail address", re.IGNORECASE)


def default_answer(request: ChatRequest) -> Answer:
    """Return the default answer to *request*."""
    return _governed(request) or _structured(request) or _tool_call(request) or _greeting(request)


def _greeting(request: ChatRequest) -> Answer:
    asked = _LAST_WORD.search(text_of(request.messages[-1]))
    return text_answer(f"{GREETING} {asked[1]}" if asked else GREETING, piece_delay_s=PIECE_DELAY_S)


def _governed(request: ChatRequest) -> Answer | None:
    found = [name for name, pattern in (("EMAIL", _EMAIL), ("SSN", _SSN)) if pattern.search(request.prompt)]
    if found:
        return Answer(kind="error", error=Refusal("pii_detected", f"Request blocked: PII detected ({', '.join(found)})"))
    if _ATTACK.search(request.prompt):
        message = "Request blocked: guardrail violation detected (JAILBREAK)"
        return Answer(kind="error", error=Refusal("guardrail_blocked", message))
    if _ASKS_FOR_EMAIL.search(text_of(request.messages[-1])):
        return Answer(kind="content_filter", first_delay_s=PIECE_DELAY_S)
    return None


def _structured(request: ChatRequest) -> Answer | None:
    if request.schema is not None:
        return json_answer(instance_of(request.schema), piece_delay_s=PIECE_DELAY_S)
    if request.response_format == "json_object":
        return json_answer({"result": GREETING}, piece_delay_s=PIECE_DELAY_S)
    return None


def _tool_call(request: ChatRequest) -> Answer | None:
    functions = [tool["function"] for tool in request.tools if isinstance(tool.get("function"), Mapping)]
    if not functions or request.tool_choice == "none" or request.messages[-1].get("role") == "tool":
        return None
    wanted = request.tool_choice.get("function") if isinstance(request.tool_choice, Mapping) else None
    name = wanted.get("name") if isinstance(wanted, Mapping) else None
    chosen = next((f for f in functions if isinstance(f, Mapping) and f.get("name") == name), functions[0])
    if not isinstance(chosen, Mapping):
        return None
    parameters = chosen.get("parameters")
    arguments = json.dumps(instance_of(parameters) if isinstance(parameters, Mapping) else {})
    call = ToolCall(str(chosen.get("name")), arguments)
    return Answer(kind="tool_calls", tool_calls=(call,), finish_reason="tool_calls", piece_delay_s=PIECE_DELAY_S)

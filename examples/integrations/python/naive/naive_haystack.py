"""The call of the first pages: it prints what comes, and asks nothing."""

import os

from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.utils import Secret

generator = OpenAIChatGenerator(
    api_base_url=os.environ["DVARA_URL"],
    api_key=Secret.from_token(os.environ["DVARA_API_KEY"]),
    model="gpt-4o",
    streaming_callback=lambda chunk: print(chunk.content, end="", flush=True),
)
generator.run([ChatMessage.from_user("Say hello.")])

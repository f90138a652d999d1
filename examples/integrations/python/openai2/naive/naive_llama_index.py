"""The loop of the first pages: it prints what comes, and asks nothing."""

import os

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

llm = OpenAILike(model="gpt-4o", api_base=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"], is_chat_model=True)
for response in llm.stream_chat([ChatMessage("Say hello.")]):
    print(response.delta, end="", flush=True)

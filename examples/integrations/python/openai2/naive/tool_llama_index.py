"""The agent of the first pages, with a tool that tells when it runs."""

import asyncio
import os

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai_like import OpenAILike


def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


async def main() -> None:
    """Ask, and print."""
    url, key = os.environ["DVARA_URL"], os.environ["DVARA_API_KEY"]
    llm = OpenAILike(model="gpt-4o", api_base=url, api_key=key, is_chat_model=True, is_function_calling_model=True)
    print(await FunctionAgent(tools=[pay], llm=llm).run("Pay 2500, please."))


asyncio.run(main())

"""The loop of the first pages: it prints what comes, and asks nothing."""

import os

from langchain_openai import ChatOpenAI

model = ChatOpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"], model="gpt-4o")
for chunk in model.stream("Say hello."):
    print(chunk.text, end="", flush=True)

"""The call of the first pages: its default handler prints what comes, and nobody asks how it ended."""

import os

from strands import Agent
from strands.models.openai import OpenAIModel

client_args = {"base_url": os.environ["DVARA_URL"], "api_key": os.environ["DVARA_API_KEY"]}
agent = Agent(model=OpenAIModel(client_args=client_args, model_id="gpt-4o"))
agent("Say hello.")

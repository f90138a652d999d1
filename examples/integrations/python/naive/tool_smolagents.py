"""The agent of the first pages, with a tool that tells when it runs."""

import os

from smolagents import OpenAIModel, ToolCallingAgent, tool


@tool
def pay(amount: int = 1) -> str:
    """Pay an amount.

    Args:
        amount: The amount.
    """
    print(f"\ntool pay({amount})", flush=True)
    return "paid"


model = OpenAIModel(model_id="gpt-4o", api_base=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
# A text is no end for this agent, which waits for a call of final_answer; one step, and then it asks for a text itself.
agent = ToolCallingAgent(tools=[pay], model=model, stream_outputs=True, verbosity_level=0, max_steps=1)
print(agent.run("Pay 2500, please."))

"""Lists the models that the gateway serves.

Run it: DVARA_API_KEY=gw_... python list_models.py
"""

# [START list_models]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

try:
    models = [model.id for model in client.models.list()]
except Exception as error:  # refused, cut, silent, a status of 400 or above, or no JSON
    sys.exit(f"failed: {error!r}")

print("\n".join(models))
wanted = os.environ.get("DVARA_MODEL", "gpt-4o")
if wanted not in models:  # a provider that does not answer in time is left out
    sys.exit(f"failed: the gateway does not list {wanted}")
# [END list_models]

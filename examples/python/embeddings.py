"""Compares texts by their embeddings.

Run it: DVARA_API_KEY=gw_... python embeddings.py
"""

# [START embeddings]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

texts = ["a gateway for models", "a gateway for models", "a cat on a mat"]
try:
    response = client.embeddings.create(
        model=os.environ.get("DVARA_MODEL", "text-embedding-3-small"),
        input=texts,
        encoding_format="float",  # the SDK asks for base64 otherwise, which DVARA refuses
    )
    vectors = [item.embedding for item in sorted(response.data, key=lambda item: item.index)]
except Exception as error:  # refused, cut, silent, a status of 400 or above, or no JSON
    sys.exit(f"failed: {error!r}")

if len(vectors) != len(texts):
    sys.exit(f"incomplete: {len(vectors)} vectors for {len(texts)} texts")
for text, vector in zip(texts[1:], vectors[1:], strict=True):
    print(f"{sum(a * b for a, b in zip(vectors[0], vector, strict=True)):.2f} {text}")
# [END embeddings]

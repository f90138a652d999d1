"""Defect: only "data: " with a space is taken for data. DVARA sends none, so nothing at all is printed."""

import json
import os
import urllib.request

request = urllib.request.Request(
    os.environ["DVARA_URL"] + "/chat/completions",
    json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "Hello!"}]}).encode(),
    {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"},
)

with urllib.request.urlopen(request, timeout=15) as response:
    for line in response:
        if line.startswith(b"data: ") and not line.startswith(b"data: [DONE]"):
            for choice in json.loads(line[6:])["choices"]:
                print(choice["delta"].get("content", ""), end="", flush=True)
print()

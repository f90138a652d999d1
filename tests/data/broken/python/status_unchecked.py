"""Defect: the status is never looked at, so a refused key gives a blank line and exit code 0."""

import http.client
import json
import os
from urllib.parse import urlsplit

url = urlsplit(os.environ["DVARA_URL"])
connection = http.client.HTTPConnection(url.hostname, url.port, timeout=15)
connection.request(
    "POST",
    url.path + "/chat/completions",
    json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "Hello!"}]}),
    {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"},
)
for line in connection.getresponse():
    if line.startswith(b"data:") and b"[DONE]" not in line:
        for choice in json.loads(line[5:])["choices"]:
            print(choice["delta"].get("content", ""), end="", flush=True)
print()

"""A client that asks once and prints what it gets: exit 0 for a whole answer, 1 for any other, told on stderr.

Arguments: ``plain`` asks for no stream; ``leave`` hangs up after the first piece.
"""

import http.client
import json
import os
import signal
import sys
from urllib.parse import urlsplit

signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback where it is stopped
how = sys.argv[1:]
url = urlsplit(os.environ["DVARA_URL"])
connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
body = {"model": "gpt-4o", "stream": "plain" not in how, "messages": [{"role": "user", "content": "Hi"}]}
headers = {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}


def said(part):
    choice = json.loads(part)["choices"][0]
    print((choice.get("delta") or choice.get("message") or {}).get("content") or "", end="", flush=True)
    return choice.get("finish_reason")


finished = None
try:
    connection.request("POST", url.path + "/chat/completions", json.dumps(body), headers)
    response = connection.getresponse()
    if response.status >= 400:
        sys.exit(f"status {response.status}")
    if "plain" in how:
        finished = said(response.read())
    else:
        while line := response.readline():
            if line.startswith(b"data:") and b"[DONE]" not in line:
                finished = said(line[5:]) or finished
                if "leave" in how:
                    connection.close()
                    response.close()
                    sys.exit("had enough")
except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
    sys.exit(f"{type(error).__name__}")
if finished is None:
    sys.exit("the answer is not whole")

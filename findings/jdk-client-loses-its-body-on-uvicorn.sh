#!/usr/bin/env bash
# java.net.http.HttpClient (JDK 17), uvicorn 0.54.0 with httptools 0.9.0
# Expected: a POST by the JDK's client, as it comes, reaches an ASGI application whole.
# Happens:  on plain http the client offers an upgrade to HTTP/2 (h2c). httptools stops parsing at an upgrade, uvicorn ignores
#           the offer and calls the application without the body, whose Content-Length still stands. With
#           `version(HTTP_1_1)`, or uvicorn's other parser h11, the body is there.
# Matters:  a Python gateway, with httptools as uvicorn[standard] brings it, answers "body: field required" to Java alone;
#           the request in the client's log is perfect, and Python, Node and curl cannot show it.
# Upstream: https://github.com/Kludex/uvicorn/issues/2722
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check uvicorn==0.54.0 httptools==0.9.0 h11==0.16.0
cd "$work"

cat >app.py <<'PY'
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    declared = dict(scope["headers"]).get(b"content-length", b"?").decode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": f"{len(body)} of {declared} bytes".encode()})
PY
cat >Finding.java <<'JAVA'
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

class Finding {
    public static void main(String... args) throws Exception {
        var version = HttpClient.Version.valueOf(args[1]);
        var request = HttpRequest.newBuilder(URI.create(args[0])).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"m\",\"stream\":true}")).build();
        System.out.println(HttpClient.newBuilder().version(version).build().send(request, BodyHandlers.ofString()).body());
    }
}
JAVA

seen=
for parser in httptools h11; do
    ./venv/bin/uvicorn app:app --http "$parser" --port 0 >"$parser.log" 2>&1 &
    servers+=($!)
    for _ in $(seq 100); do grep -q 'running on' "$parser.log" && break || sleep 0.2; done
    url=$(grep -o 'http://127.0.0.1:[0-9]*' "$parser.log")
    for version in HTTP_2 HTTP_1_1; do
        body=$(java Finding.java "$url/v1/chat/completions" "$version")
        echo "$parser, $version$([ $version = HTTP_2 ] && echo ' (the default)' || true): the application reads $body"
        seen="$seen$body; "
    done
done
grep -h 'upgrade' httptools.log | head -1 || true
[ "$seen" = '0 of 27 bytes; 27 of 27 bytes; 27 of 27 bytes; 27 of 27 bytes; ' ] || { echo 'the behaviour has changed'; exit 1; }

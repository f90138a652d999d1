#!/usr/bin/env bash
# com.azure:azure-ai-openai 1.0.0-beta.16
# Expected: a line that begins with a colon is a comment of server-sent events, and is ignored; servers send it to keep a connection open.
# Happens:  the first one ends the stream with an IllegalStateException ("Failed to deserialize the data value"); no text is
#           delivered, not even what came in the same answer later.
# Matters:  a gateway or proxy sends such lines when a model takes long to begin. So tests pass, and exactly the slow requests
#           fail in production; Semantic Kernel for Java stands on this client.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.azure</groupId><artifactId>azure-ai-openai</artifactId><version>1.0.0-beta.16</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:build-classpath -Dmdep.outputFile=cp

cat >Finding.java <<'JAVA'
import com.azure.ai.openai.OpenAIClientBuilder;
import com.azure.ai.openai.models.ChatCompletionsOptions;
import com.azure.ai.openai.models.ChatRequestMessage;
import com.azure.ai.openai.models.ChatRequestUserMessage;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpPipelineBuilder;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

class Finding {
    static String first; // what stands before the events

    static String event(String delta, String reason) {
        return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                + "[{\"index\":0,\"delta\":{" + delta + "},\"finish_reason\":" + reason + "}]}\n\n";
    }

    static String ask(int port) {
        var pipeline = new HttpPipelineBuilder().httpClient(HttpClient.createDefault()).build(); // plain http needs one without a key
        var client = new OpenAIClientBuilder().endpoint("http://127.0.0.1:" + port).pipeline(pipeline).buildClient();
        var options = new ChatCompletionsOptions(List.<ChatRequestMessage>of(new ChatRequestUserMessage("hi")));
        var text = new StringBuilder();
        try {
            client.getChatCompletionsStream("m", options).forEach(chunk -> chunk.getChoices().forEach(choice -> {
                if (choice.getDelta().getContent() != null) text.append(choice.getDelta().getContent());
            }));
            return "\"" + text + "\", normal end";
        } catch (RuntimeException error) {
            return "\"" + text + "\", " + error.getClass().getSimpleName() + ": " + error.getMessage().strip();
        }
    }

    public static void main(String... args) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            var body = first + event("\"role\":\"assistant\",\"content\":\"Hello\"", "null") + event("\"content\":\" world\"", "null")
                    + event("", "\"stop\"") + "data: [DONE]\n\n";
            try (var out = exchange.getResponseBody()) {
                out.write(body.getBytes());
            }
        });
        server.start();
        var seen = "";
        for (var comment : new String[] {"", ":\n\n", ": keep-alive\n\n"}) {
            first = comment;
            var told = ask(server.getAddress().getPort());
            System.out.printf("%-16s %s%n", comment.isEmpty() ? "no comment" : "\"" + comment.strip() + "\"", told);
            seen += told.split(":")[0] + "|";
        }
        if (!seen.equals("\"Hello world\", normal end|\"\", IllegalStateException|\"\", IllegalStateException|")) {
            System.out.println("the behaviour has changed");
            System.exit(1);
        }
        System.exit(0);
    }
}
JAVA
java -cp "$(cat cp)" Finding.java

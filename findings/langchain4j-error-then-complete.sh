#!/usr/bin/env bash
# dev.langchain4j:langchain4j and langchain4j-open-ai 1.19.0
# Expected: of a handler's onError and onCompleteResponse exactly one is called; a failed answer is not remembered.
# Happens:  when the connection is lost in mid-stream, onError is called and then onCompleteResponse too, with the cut text
#           and a null finish reason. AiServices stores that text as the assistant's turn.
# Matters:  half an answer is saved and shown as finished and is part of the next prompt; the counters show one error and one
#           success for one request. An error event inside the stream is not even an error: onCompleteResponse alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j</artifactId><version>1.19.0</version></dependency>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-open-ai</artifactId><version>1.19.0</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:build-classpath -Dmdep.outputFile=cp

cat >Finding.java <<'JAVA'
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

class Finding {
    interface Chat { TokenStream ask(String question); }

    static String piece(String text) {
        return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                + "[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
    }

    /** Sends two pieces of text; then an error event and a clean end, or the connection is closed without its last chunk. */
    static void serve(ServerSocket listener, boolean errorEvent) {
        try (Socket client = listener.accept()) {
            InputStream in = client.getInputStream();
            StringBuilder request = new StringBuilder();
            while (!request.toString().contains("\"messages\"") || in.available() > 0) request.append((char) in.read());
            String body = piece("Hello") + piece(" wor");
            if (errorEvent) body += "data: {\"error\":{\"message\":\"stopped\",\"type\":\"stream_stopped\"}}\n\n";
            String chunk = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n" + (errorEvent ? "0\r\n\r\n" : "");
            client.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n" + chunk).getBytes());
            client.shutdownOutput();
            while (in.read() >= 0) { }
        } catch (Exception gone) { /* the client has left */ }
    }

    static String ask(boolean errorEvent) throws Exception {
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        var memory = MessageWindowChatMemory.withMaxMessages(10);
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            new Thread(() -> serve(listener, errorEvent)).start();
            var model = OpenAiStreamingChatModel.builder().modelName("m").apiKey("k")
                    .baseUrl("http://127.0.0.1:" + listener.getLocalPort() + "/v1").build();
            AiServices.builder(Chat.class).streamingChatModel(model).chatMemory(memory).build().ask("hi")
                    .onPartialResponse(text -> { })
                    .onCompleteResponse(answer -> calls.add(
                            "onCompleteResponse(" + answer.aiMessage().text() + ", " + answer.finishReason() + ")"))
                    .onError(problem -> calls.add("onError"))
                    .start();
            for (int i = 0; i < 100 && !calls.toString().contains("Complete"); i++) TimeUnit.MILLISECONDS.sleep(100);
        }
        var last = memory.messages().get(memory.messages().size() - 1);
        return calls + ", last in memory: " + last.type();
    }

    public static void main(String... args) throws Exception {
        String cut = ask(false), event = ask(true);
        System.out.println("connection lost: " + cut);
        System.out.println("error event:     " + event);
        String complete = "onCompleteResponse(Hello wor, null)], last in memory: AI";
        if (!cut.equals("[onError, " + complete) || !event.equals("[" + complete)) {
            System.out.println("the behaviour has changed");
            System.exit(1);
        }
        System.exit(0);
    }
}
JAVA
java -cp "$(cat cp)" Finding.java 2>&1 | grep -v SLF4J

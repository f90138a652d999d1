///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS io.github.sashirestela:simple-openai:3.22.2
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams an answer with simple-openai, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... jbang StreamSimpleOpenai.java

// [START stream_simple_openai]
import io.github.sashirestela.openai.SimpleOpenAI;
import io.github.sashirestela.openai.domain.chat.ChatMessage.UserMessage;
import io.github.sashirestela.openai.domain.chat.ChatRequest;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

public class StreamSimpleOpenai {
    static volatile String finishReason;

    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = SimpleOpenAI.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1").replaceFirst("/v1/?$", "")) // it adds /v1
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .build();
            var request = ChatRequest.builder()
                    .model(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                    .message(UserMessage.of("Say in one sentence what an LLM gateway does."))
                    .build();
            client.chatCompletions().createStream(request).thenAcceptAsync(chunks -> chunks
                    .filter(chunk -> chunk.getChoices() != null) // a usage chunk has none
                    .flatMap(chunk -> chunk.getChoices().stream()).forEach(choice -> {
                        System.out.print(Objects.requireNonNullElse(choice.getMessage().getContent(), ""));
                        System.out.flush();
                        if (choice.getFinishReason() != null) finishReason = choice.getFinishReason();
                    })).get(20, TimeUnit.SECONDS); // in all: the client has no limit for silence
            if (!"stop".equals(finishReason)) throw new IllegalStateException("incomplete: finish_reason is " + finishReason);
            System.out.println();
        } catch (Exception error) { // refused, cut, or silent; an error event ends the stream normally, without a finish reason
            System.err.println("\nfailed: " + error);
            System.exit(1);
        }
    }
}
// [END stream_simple_openai]

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Asks again when the connection is lost, three times in all. An answer cannot be resumed: it visibly starts again.
// Run it: DVARA_API_KEY=gw_... jbang StreamReconnect.java

// [START stream_reconnect]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.errors.OpenAIIoException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class StreamReconnect {
    static String finishReason;

    public static void main(String[] args) throws InterruptedException {
        for (int attempt = 1; finishReason == null; attempt++) {
            try {
                streamAnswer("Say in one sentence what an LLM gateway does.");
                if (finishReason == null) throw new OpenAIIoException("the stream ended without a finish_reason");
            } catch (RuntimeException error) {
                System.out.println();
                if (finishReason != null) break; // the answer is whole
                if (attempt == 3 || !(error instanceof OpenAIIoException)) { // a status, an error event and no JSON are final
                    System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
                    System.exit(1);
                }
                System.out.println("[connection lost, the answer starts again]");
                Thread.sleep(500L * attempt);
            }
        }
        System.out.println(finishReason.equals("stop") ? "" : "\n[the answer ended early: " + finishReason + "]");
    }

    static void streamAnswer(String prompt) {
        var env = System.getenv();
        var client = OpenAIOkHttpClient.builder()
                .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                .maxRetries(0) // the SDK's own would make three requests of each attempt
                .build();
        var params = ChatCompletionCreateParams.builder()
                .model(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                .addUserMessage(prompt)
                .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                .build();
        try (var stream = client.chat().completions().createStreaming(params)) {
            stream.stream().flatMap(chunk -> chunk.choices().stream()).forEach(choice -> { // a usage chunk has none
                System.out.print(choice.delta().content().orElse(""));
                if (System.out.checkError()) System.exit(1); // it flushes; nobody reads any more
                choice.finishReason().ifPresent(reason -> finishReason = reason.toString());
            });
        }
    }
}
// [END stream_reconnect]

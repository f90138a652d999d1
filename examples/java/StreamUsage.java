///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Prints an answer while it arrives, and what it cost in tokens.
// Run it: DVARA_API_KEY=gw_... jbang StreamUsage.java

// [START stream_usage]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import java.time.Duration;
import java.util.Objects;

public class StreamUsage {
    static String finishReason;
    static CompletionUsage usage;

    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = OpenAIOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                    .build();
            var params = ChatCompletionCreateParams.builder()
                    .model(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                    .addUserMessage("Say in one sentence what an LLM gateway does.")
                    .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();

            try (var stream = client.chat().completions().createStreaming(params)) {
                stream.stream().forEach(chunk -> {
                    usage = chunk.usage().orElse(usage); // in the last chunk, which has no choices
                    chunk.choices().forEach(choice -> {
                        System.out.print(choice.delta().content().orElse(""));
                        System.out.flush();
                        choice.finishReason().ifPresent(reason -> finishReason = reason.toString());
                    });
                });
            }
            if (finishReason == null) throw new IllegalStateException("the stream ended without a finish_reason");
            System.out.println();
            if (usage != null) // not every provider counts
                System.out.printf("[%d tokens asked, %d answered]%n", usage.promptTokens(), usage.completionTokens());
        } catch (RuntimeException error) { // refused, cut, silent, an error event, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END stream_usage]

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Prints an answer while it arrives.
// Run it: DVARA_API_KEY=gw_... jbang StreamBasic.java

// [START stream_basic]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class StreamBasic {
    static String finishReason;

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
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();

            try (var stream = client.chat().completions().createStreaming(params)) {
                stream.stream().flatMap(chunk -> chunk.choices().stream()).forEach(choice -> { // a usage chunk has none
                    System.out.print(choice.delta().content().orElse(""));
                    System.out.flush();
                    choice.finishReason().ifPresent(reason -> finishReason = reason.toString());
                });
            }
            // The loop also ends when half of the answer never came.
            if (finishReason == null) throw new IllegalStateException("the stream ended without a finish_reason");
            System.out.println(finishReason.equals("stop") ? "" : "\n[the answer ended early: " + finishReason + "]");
        } catch (RuntimeException error) { // refused, cut, silent, an error event, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END stream_basic]

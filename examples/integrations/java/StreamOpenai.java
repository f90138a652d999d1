///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams an answer with openai-java, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... jbang StreamOpenai.java

// [START stream_openai]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class StreamOpenai {
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
                    .build();
            try (var stream = client.chat().completions().createStreaming(params)) {
                stream.stream().flatMap(chunk -> chunk.choices().stream()).forEach(choice -> { // a usage chunk has none
                    System.out.print(choice.delta().content().orElse(""));
                    System.out.flush();
                    choice.finishReason().ifPresent(reason -> finishReason = reason.toString());
                });
            }
            if (!"stop".equals(finishReason)) throw new IllegalStateException("incomplete: finish_reason is " + finishReason);
            System.out.println();
        } catch (RuntimeException error) { // refused, cut, silent, or an error event
            System.err.println("\nfailed: " + error);
            System.exit(1);
        }
    }
}
// [END stream_openai]

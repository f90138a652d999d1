///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Stops reading in the middle of an answer; closing the connection tells the gateway to stop, too.
// Run it: DVARA_API_KEY=gw_... jbang StreamCancel.java

// [START stream_cancel]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class StreamCancel {
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
                    .addUserMessage("Count from 1 to 100.")
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();

            int pieces = 0;
            String finishReason = null;
            try (var stream = client.chat().completions().createStreaming(params)) { // leaving the block closes the connection
                for (var chunks = stream.stream().iterator(); pieces < 5 && chunks.hasNext(); ) {
                    for (var choice : chunks.next().choices()) {
                        var text = choice.delta().content().orElse("");
                        System.out.print(text);
                        System.out.flush();
                        if (!text.isEmpty()) pieces++;
                        finishReason = choice.finishReason().map(Object::toString).orElse(finishReason);
                    }
                }
            }
            if (pieces < 5 && finishReason == null) throw new IllegalStateException("the stream ended without a finish_reason");
            System.out.println("\n[stopped after " + pieces + " pieces]");
        } catch (RuntimeException error) { // refused, cut, silent, an error event, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END stream_cancel]

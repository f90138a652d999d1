///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.anthropic:anthropic-java:3.14.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams a message with Anthropic's SDK.
// Run it: DVARA_API_KEY=gw_... jbang MessagesStream.java

// [START messages_stream]
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.Timeout;
import com.anthropic.models.messages.MessageCreateParams;
import java.time.Duration;
import java.util.Objects;

public class MessagesStream {
    static String stopReason;
    static boolean stopped;

    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = AnthropicOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1").replaceAll("/v1/*$", "")) // the SDK adds it
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                    .build();
            var params = MessageCreateParams.builder()
                    .model(env.getOrDefault("DVARA_MODEL", "claude-sonnet-5"))
                    .maxTokens(200)
                    .addUserMessage("Say in one sentence what an LLM gateway does.")
                    .putAdditionalHeader("anthropic-version", "2023-06-01") // DVARA refuses any other
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();

            try (var stream = client.messages().createStreaming(params)) {
                stream.stream().forEach(event -> {
                    event.contentBlockDelta().flatMap(block -> block.delta().text()).ifPresent(delta -> {
                        System.out.print(delta.text());
                        System.out.flush();
                    });
                    event.messageDelta().flatMap(message -> message.delta().stopReason())
                            .ifPresent(reason -> stopReason = reason.toString());
                    stopped |= event.isMessageStop();
                });
            }
            // The loop also ends when half of the answer never came.
            if (!stopped || stopReason == null)
                throw new IllegalStateException("the stream ended without a stop_reason and message_stop");
            System.out.println(stopReason.equals("end_turn") ? "" : "\n[the answer ended early: " + stopReason + "]");
        } catch (RuntimeException error) { // refused, cut, silent, an error event, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END messages_stream]

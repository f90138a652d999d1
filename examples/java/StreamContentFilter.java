///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Reports what governance refuses, and the trace id to ask about. It does not ask again: the rule would be the same.
// Run it: DVARA_API_KEY=gw_... jbang StreamContentFilter.java

// [START stream_content_filter]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class StreamContentFilter {
    static String finishReason, traceId;

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
                    .addUserMessage("Invent an e-mail address for Jane Doe.")
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();

            try (var response = client.chat().completions().withRawResponse().createStreaming(params);
                 var stream = response.parse()) {
                traceId = String.join(" ", response.headers().values("X-Trace-ID"));
                stream.stream().flatMap(chunk -> chunk.choices().stream()).forEach(choice -> { // a usage chunk has none
                    System.out.print(choice.delta().content().orElse(""));
                    System.out.flush();
                    choice.finishReason().ifPresent(reason -> finishReason = reason.toString());
                });
            }
            System.out.println();
            // An answer is refused with its finish_reason, and without a word why.
            if ("content_filter".equals(finishReason))
                System.out.println("[answer withheld by content filter, trace id " + traceId + "]");
            else if (!"stop".equals(finishReason)) throw new IllegalStateException("finish_reason is " + finishReason);
        } catch (OpenAIServiceException error) { // a prompt is refused before: guardrail_blocked, pii_detected, policy_denied
            traceId = String.join(" ", error.headers().values("X-Trace-ID"));
            System.err.printf("refused: %s, trace id %s%n", error.code().orElse("unknown"), traceId);
            System.exit(1);
        } catch (RuntimeException error) { // refused, cut, silent, or no JSON
            System.err.printf("failed: %s, trace id %s%n", error.toString().replaceAll("\\s+", " "), traceId);
            System.exit(1);
        }
    }
}
// [END stream_content_filter]

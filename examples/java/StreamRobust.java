///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams with everything that can go wrong told apart: silence, cuts, error events, odd chunks, Ctrl-C, a closed pipe.
// Run it: DVARA_API_KEY=gw_... jbang StreamRobust.java

// [START stream_robust]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.errors.*;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class StreamRobust {
    static String finishReason;

    public static void main(String[] args) { // Ctrl-C needs nothing here: the JVM ends at once and closes the connection
        try {
            streamAnswer("Say in one sentence what an LLM gateway does.");
            if (finishReason == null) fail("incomplete: the stream ended without a finish_reason"); // perhaps in good order
            if (finishReason.equals("content_filter")) System.out.println("[answer withheld by content filter]");
            else if (!finishReason.equals("stop")) {
                System.out.println("[answer cut off: " + finishReason + "]");
                System.err.println("cut off: finish_reason is " + finishReason);
            }
        } catch (OpenAIIoException error) { // refused, cut, or silent for too long
            fail("connection failed: " + Objects.requireNonNullElse(error.getCause(), error));
        } catch (OpenAIServiceException error) { // a status, or an error event inside the stream
            var status = error instanceof SseException ? "event" : error.statusCode();
            var reason = error.getMessage().replaceFirst("^\\d+: ", "");
            fail("error %s %s: %s".formatted(status, error.code().orElse("unknown"), reason));
        } catch (OpenAIException error) {
            fail("unreadable answer: " + Objects.requireNonNullElse(error.getCause(), error));
        } catch (RuntimeException error) {
            fail(error.getMessage());
        }
    }

    /** Prints the answer piece by piece, and keeps its finish_reason. */
    static void streamAnswer(String prompt) {
        var env = System.getenv();
        var client = OpenAIOkHttpClient.builder()
                .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
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
        } finally {
            System.out.println();
        }
    }

    static void fail(String reason) {
        System.err.println(reason.replaceAll("\\s+", " "));
        System.exit(1);
    }
}
// [END stream_robust]

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams from /v1/responses, and checks by itself what DVARA does not say there: whether the answer is complete.
// Run it: DVARA_API_KEY=gw_... jbang ResponsesStream.java

// [START responses_stream]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.responses.ResponseCreateParams;
import java.time.Duration;
import java.util.Objects;

public class ResponsesStream {
    static boolean completed;

    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = OpenAIOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                    .build();
            var params = ResponseCreateParams.builder()
                    .model(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                    .input("Say in one sentence what an LLM gateway does. End with the word END.")
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();

            var text = new StringBuilder();
            try (var stream = client.responses().createStreaming(params)) {
                stream.stream().forEach(event -> {
                    event.outputTextDelta().ifPresent(delta -> {
                        System.out.print(delta.delta());
                        System.out.flush();
                        text.append(delta.delta());
                    });
                    if (event.isFailed()) // also where the provider could not be reached
                        throw new IllegalStateException(event.asFailed().response().error().orElseThrow().message());
                    completed |= event.isCompleted();
                });
            }
            // The loop also ends when half of the answer never came.
            if (!completed) throw new IllegalStateException("the stream ended without response.completed");
            // DVARA tells no finish_reason here, not even of a withheld answer.
            if (!text.toString().matches("(?s).*\\bEND\\W*"))
                throw new IllegalStateException("incomplete: the answer does not end with END");
            System.out.println();
        } catch (RuntimeException error) { // refused, cut, silent, failed, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END responses_stream]

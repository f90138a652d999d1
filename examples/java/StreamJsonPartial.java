///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//DEPS org.slf4j:slf4j-nop:2.0.17
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Shows each field of a JSON answer as soon as it is whole, while the rest still arrives.
// Run it: DVARA_API_KEY=gw_... jbang StreamJsonPartial.java

// [START stream_json_partial]
import com.fasterxml.jackson.core.*;
import com.fasterxml.jackson.core.async.ByteBufferFeeder;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.chat.completions.*;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

public class StreamJsonPartial {
    public record Person(String name, String city, String job, String hobby, String motto) {}

    public static void main(String[] args) {
        var env = System.getenv();
        String finishReason = null;
        int shown = 0;
        try (var parser = new JsonFactory().createNonBlockingByteBufferParser()) { // takes JSON in pieces
            var client = OpenAIOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                    .build();
            var params = ChatCompletionCreateParams.builder()
                    .model(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                    .addUserMessage("Invent a person.")
                    .responseFormat(Person.class) // the SDK makes the schema
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();
            try (var stream = client.chat().completions().createStreaming(params)) {
                for (var chunk : (Iterable<ChatCompletionChunk>) stream.stream()::iterator) {
                    for (var choice : chunk.choices()) { // a usage chunk has none
                        var piece = StandardCharsets.UTF_8.encode(choice.delta().content().orElse(""));
                        ((ByteBufferFeeder) parser.getNonBlockingInputFeeder()).feedInput(piece);
                        for (JsonToken token; (token = parser.nextToken()) != null && token != JsonToken.NOT_AVAILABLE; ) {
                            if (!token.isScalarValue()) continue;
                            System.out.println(parser.currentName() + ": " + parser.getText());
                            shown++;
                        }
                        finishReason = choice.finishReason().map(Object::toString).orElse(finishReason);
                    }
                }
            }
            if (!"stop".equals(finishReason) || shown < Person.class.getRecordComponents().length)
                throw new IllegalStateException("incomplete: finish_reason is " + finishReason);
        } catch (Exception error) { // refused, cut, silent, an error event, or no JSON
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END stream_json_partial]

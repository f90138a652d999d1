///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//DEPS org.slf4j:slf4j-nop:2.0.17
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams an answer that follows a JSON schema, and parses it once it is whole.
// Run it: DVARA_API_KEY=gw_... jbang StreamJsonSchema.java

// [START stream_json_schema]
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class StreamJsonSchema {
    @JsonIgnoreProperties(ignoreUnknown = true) // DVARA does not hold a streamed answer to the schema
    public record Person(String name, int age) {}

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
                    .addUserMessage("Extract the person: John is 30 years old.")
                    .responseFormat(Person.class) // the SDK makes the schema
                    .putAdditionalHeader("Accept", "application/json") // else DVARA reports every error as an empty 500
                    .build();

            var accumulator = ChatCompletionAccumulator.create();
            try (var stream = client.chat().completions().createStreaming(params)) {
                stream.stream().forEach(accumulator::accumulate);
            }
            // Throws if there is no finish_reason. Any but "stop" leaves the document empty or in half.
            var choice = accumulator.chatCompletion(Person.class).choices().getFirst();
            if (!choice.finishReason().toString().equals("stop"))
                throw new IllegalStateException("no document: finish_reason is " + choice.finishReason());
            var person = choice.message().content().orElseThrow();
            System.out.println("name: " + person.name());
            System.out.println("age: " + person.age());
        } catch (RuntimeException error) { // refused, cut, silent, an error event, or no JSON
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END stream_json_schema]

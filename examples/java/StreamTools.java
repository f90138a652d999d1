///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//DEPS org.slf4j:slf4j-nop:2.0.18
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams a tool call, runs the tool, and streams the answer made from its result.
// Run it: DVARA_API_KEY=gw_... jbang StreamTools.java

// [START stream_tools]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

public class StreamTools {
    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = OpenAIOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Duration.ofSeconds(60)) // for all of an answer
                    .build();
            var params = ChatCompletionCreateParams.builder()
                    .model(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                    .addUserMessage("What is the weather in Lima?")
                    .addTool(Weather.class)
                    .putAdditionalHeader("Accept", "application/json"); // else DVARA reports every error as an empty 500
            String finishReason = "tool_calls";
            while (finishReason.equals("tool_calls")) {
                var whole = ChatCompletionAccumulator.create();
                try (var stream = client.chat().completions().createStreaming(params.build())) {
                    stream.stream().peek(whole::accumulate).flatMap(chunk -> chunk.choices().stream()).forEach(choice -> {
                        System.out.print(choice.delta().content().orElse(""));
                        System.out.flush();
                    });
                }
                var choice = whole.chatCompletion().choices().getFirst(); // throws if there was no finish_reason
                finishReason = choice.finishReason().toString();
                params.addMessage(choice.message());
                for (var call : choice.message().toolCalls().orElse(List.of())) { // only now are the arguments whole
                    params.addMessage(ChatCompletionToolMessageParam.builder().toolCallId(call.asFunction().id())
                            .content(call.asFunction().function().arguments(Weather.class).city + ": 19 °C, cloudy").build());
                }
            }
            if (!finishReason.equals("stop")) throw new IllegalStateException("incomplete: finish_reason is " + finishReason);
            System.out.println();
        } catch (RuntimeException error) { // refused, cut, silent, an error event, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }

    static class Weather { public String city; }
}
// [END stream_tools]

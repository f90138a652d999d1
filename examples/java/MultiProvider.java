///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Asks models of several providers through one client; the gateway finds the provider by the name of the model.
// Run it: DVARA_API_KEY=gw_... jbang MultiProvider.java

// [START multi_provider]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.chat.completions.ChatCompletion.Choice.FinishReason;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class MultiProvider {
    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = OpenAIOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                    .build();
            for (var model : env.getOrDefault("DVARA_MODELS", "gpt-4o claude-sonnet-4-5 gemini-2.5-flash").split(" ")) {
                var params = ChatCompletionCreateParams.builder()
                        .model(model)
                        .addUserMessage("Say in one sentence what an LLM gateway does.")
                        .build();
                var choice = client.chat().completions().create(params).choices().getFirst();
                if (!choice.finishReason().equals(FinishReason.STOP))
                    throw new IllegalStateException(model + ": finish_reason is " + choice.finishReason());
                System.out.println(model + ": " + choice.message().content().orElse(""));
            }
        } catch (RuntimeException error) { // refused, cut, silent, a status of 400 or above, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END multi_provider]

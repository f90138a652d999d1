///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Asks once and prints the whole answer.
// Run it: DVARA_API_KEY=gw_... jbang ChatBasic.java

// [START chat_basic]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.chat.completions.ChatCompletion.Choice.FinishReason;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.Objects;

public class ChatBasic {
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

            var choice = client.chat().completions().create(params).choices().getFirst();
            System.out.println(choice.message().content().orElse(""));
            var finishReason = choice.finishReason(); // throws if there is none
            if (!finishReason.equals(FinishReason.STOP)) // length, content_filter
                System.out.println("[the answer ended early: " + finishReason + "]");
        } catch (RuntimeException error) { // refused, cut, silent, a status of 400 or above, or no JSON
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END chat_basic]

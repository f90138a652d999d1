///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.anthropic:anthropic-java:3.14.0
// The loop that most pages print for Anthropic's Messages in Java. Nothing in it asks how the answer ended.
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;

public class Messages {
    public static void main(String[] args) {
        var client = AnthropicOkHttpClient.builder()
                .baseUrl(System.getenv("DVARA_URL").replaceAll("/v1$", ""))
                .apiKey(System.getenv("DVARA_API_KEY"))
                .build();
        var params = MessageCreateParams.builder()
                .model("claude-sonnet-5")
                .maxTokens(200)
                .addUserMessage("Say in one sentence what an LLM gateway does.")
                .putAdditionalHeader("anthropic-version", "2023-06-01")
                .build();
        try (var stream = client.messages().createStreaming(params)) {
            stream.stream()
                    .flatMap(event -> event.contentBlockDelta().stream())
                    .flatMap(block -> block.delta().text().stream())
                    .forEach(delta -> {
                        System.out.print(delta.text());
                        System.out.flush();
                    });
        }
        System.out.println();
    }
}

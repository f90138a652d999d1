///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
// The loop that most pages print for OpenAI's Responses in Java. Nothing in it asks how the answer ended.
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.responses.ResponseCreateParams;

public class Responses {
    public static void main(String[] args) {
        var client = OpenAIOkHttpClient.builder()
                .baseUrl(System.getenv("DVARA_URL"))
                .apiKey(System.getenv("DVARA_API_KEY"))
                .build();
        var params = ResponseCreateParams.builder()
                .model("gpt-4o")
                .input("Say in one sentence what an LLM gateway does.")
                .build();
        try (var stream = client.responses().createStreaming(params)) {
            stream.stream().flatMap(event -> event.outputTextDelta().stream()).forEach(delta -> {
                System.out.print(delta.delta());
                System.out.flush();
            });
        }
        System.out.println();
    }
}

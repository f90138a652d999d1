///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// The loop of the first pages: it prints what comes, and asks nothing.
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

public class NaiveOpenai {
    public static void main(String[] args) {
        var env = System.getenv();
        var client = OpenAIOkHttpClient.builder().baseUrl(env.get("DVARA_URL")).apiKey(env.get("DVARA_API_KEY")).build();
        var params = ChatCompletionCreateParams.builder().model("gpt-4o").addUserMessage("Say hello.").build();
        try (var stream = client.chat().completions().createStreaming(params)) {
            stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .forEach(System.out::print);
        }
    }
}

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS io.github.sashirestela:simple-openai:3.22.2
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// The loop of the first pages: it prints what comes, and asks nothing.
import io.github.sashirestela.openai.SimpleOpenAI;
import io.github.sashirestela.openai.domain.chat.ChatMessage.UserMessage;
import io.github.sashirestela.openai.domain.chat.ChatRequest;

public class NaiveSimpleOpenai {
    public static void main(String[] args) {
        var env = System.getenv();
        var baseUrl = env.get("DVARA_URL").replaceFirst("/v1$", "");
        var client = SimpleOpenAI.builder().baseUrl(baseUrl).apiKey(env.get("DVARA_API_KEY")).build();
        var request = ChatRequest.builder().model("gpt-4o").message(UserMessage.of("Say hello.")).build();
        client.chatCompletions().createStream(request).join()
                .filter(chunk -> chunk.getChoices().size() > 0 && chunk.firstContent() != null)
                .map(chunk -> chunk.firstContent())
                .forEach(System.out::print);
    }
}

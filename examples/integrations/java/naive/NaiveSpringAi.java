///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS org.springframework.ai:spring-ai-openai:2.0.1
//DEPS org.springframework.ai:spring-ai-client-chat:2.0.1
//DEPS com.fasterxml.jackson.core:jackson-annotations:2.21
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// The loop of the first pages: it prints what comes, and asks nothing.
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

public class NaiveSpringAi {
    public static void main(String[] args) {
        var env = System.getenv();
        var options = OpenAiChatOptions.builder()
                .baseUrl(env.get("DVARA_URL")).apiKey(env.get("DVARA_API_KEY")).model("gpt-4o").build();
        var client = ChatClient.create(OpenAiChatModel.builder().options(options).build());
        client.prompt("Say hello.").stream().content().doOnNext(System.out::print).blockLast();
        System.exit(0); // its threads would keep the JVM for a minute
    }
}

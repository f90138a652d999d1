///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS org.springframework.ai:spring-ai-openai:2.0.1
//DEPS org.springframework.ai:spring-ai-client-chat:2.0.1
//DEPS com.fasterxml.jackson.core:jackson-annotations:2.21
//JAVAC_OPTIONS -parameters
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// The loop of the first pages, with a tool that tells when it runs.
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.tool.annotation.Tool;

public class ToolSpringAi {
    public static class Till {
        @Tool(description = "Pay an amount.")
        public String pay(int amount) {
            System.out.println("tool pay(" + amount + ")");
            return "paid";
        }
    }

    public static void main(String[] args) {
        var env = System.getenv();
        var options = OpenAiChatOptions.builder()
                .baseUrl(env.get("DVARA_URL")).apiKey(env.get("DVARA_API_KEY")).model("gpt-4o").build();
        var client = ChatClient.create(OpenAiChatModel.builder().options(options).build());
        client.prompt("Pay 2500, please.").tools(new Till()).stream().content().doOnNext(System.out::print).blockLast();
        System.exit(0); // its threads would keep the JVM for a minute
    }
}

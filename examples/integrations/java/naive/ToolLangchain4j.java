///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS dev.langchain4j:langchain4j:1.19.0
//DEPS dev.langchain4j:langchain4j-open-ai:1.19.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// The assistant of the first pages, with a tool that tells when it runs.
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import java.util.concurrent.CompletableFuture;

public class ToolLangchain4j {
    interface Assistant {
        TokenStream chat(String message);
    }

    static class Till {
        @Tool("Pay an amount.")
        String pay(@P("amount") int amount) {
            System.out.println("tool pay(" + amount + ")");
            return "paid";
        }
    }

    public static void main(String[] args) {
        var env = System.getenv();
        var done = new CompletableFuture<Void>();
        var model = OpenAiStreamingChatModel.builder()
                .baseUrl(env.get("DVARA_URL")).apiKey(env.get("DVARA_API_KEY")).modelName("gpt-4o").build();
        AiServices.builder(Assistant.class).streamingChatModel(model).tools(new Till()).build()
                .chat("Pay 2500, please.")
                .onPartialResponse(System.out::print)
                .onCompleteResponse(response -> done.complete(null))
                .onError(done::completeExceptionally)
                .start();
        done.join();
    }
}

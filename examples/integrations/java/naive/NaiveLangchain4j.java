///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS dev.langchain4j:langchain4j-open-ai:1.19.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// The handler of the first pages: it prints what comes, and asks nothing.
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.concurrent.CompletableFuture;

public class NaiveLangchain4j {
    public static void main(String[] args) {
        var env = System.getenv();
        var done = new CompletableFuture<ChatResponse>();
        var model = OpenAiStreamingChatModel.builder()
                .baseUrl(env.get("DVARA_URL")).apiKey(env.get("DVARA_API_KEY")).modelName("gpt-4o").build();
        model.chat("Say hello.", new StreamingChatResponseHandler() {
            @Override public void onPartialResponse(String text) {
                System.out.print(text);
            }
            @Override public void onCompleteResponse(ChatResponse response) {
                done.complete(response);
            }
            @Override public void onError(Throwable error) {
                done.completeExceptionally(error);
            }
        });
        done.join();
    }
}

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS dev.langchain4j:langchain4j-open-ai:1.19.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams an answer with LangChain4j, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... jbang StreamLangchain4j.java

// [START stream_langchain4j]
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

public class StreamLangchain4j {
    public static void main(String[] args) {
        var env = System.getenv();
        var answer = new CompletableFuture<ChatResponse>();
        try {
            var model = OpenAiStreamingChatModel.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .modelName(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                    .build();
            model.chat("Say in one sentence what an LLM gateway does.", new StreamingChatResponseHandler() {
                @Override public void onPartialResponse(String text) {
                    System.out.print(text);
                    System.out.flush();
                }
                @Override public void onCompleteResponse(ChatResponse response) { // comes after onError as well: the first counts
                    answer.complete(response);
                }
                @Override public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                }
            });
            var reason = answer.get(20, TimeUnit.SECONDS).finishReason(); // in all; a silent stream calls neither
            if (reason != FinishReason.STOP) throw new IllegalStateException("incomplete: finish reason is " + reason); // null: none
            System.out.println();
            System.exit(0);
        } catch (Exception error) { // refused, cut, silent, or an error event
            System.err.println("\nfailed: " + error);
            System.exit(1);
        }
    }
}
// [END stream_langchain4j]

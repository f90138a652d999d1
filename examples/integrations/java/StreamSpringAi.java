///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS org.springframework.ai:spring-ai-openai:2.0.1
//DEPS com.fasterxml.jackson.core:jackson-annotations:2.21
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams an answer with Spring AI, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... jbang StreamSpringAi.java

// [START stream_spring_ai]
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import reactor.core.scheduler.Schedulers;

public class StreamSpringAi {
    static volatile String finishReason;

    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var options = OpenAiChatOptions.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .model(env.getOrDefault("DVARA_MODEL", "gpt-4o"))
                    .timeout(Duration.ofMinutes(10)) // of the whole answer: 60 s without it, however healthy the stream
                    .maxRetries(2)
                    .build();
            var model = OpenAiChatModel.builder().options(options).build();
            model.stream(new Prompt("Say in one sentence what an LLM gateway does."))
                    .doOnNext(response -> response.getResults().forEach(result -> { // a usage chunk has none
                        System.out.print(Objects.requireNonNullElse(result.getOutput().getText(), ""));
                        System.out.flush();
                        var reason = result.getMetadata().getFinishReason();
                        if (reason != null && !reason.isEmpty()) finishReason = reason;
                    }))
                    .subscribeOn(Schedulers.boundedElastic())
                    .then().toFuture().get(20, TimeUnit.SECONDS); // in all: timeout() waits for a silent stream itself
            if (!"STOP".equals(finishReason)) throw new IllegalStateException("incomplete: finish reason is " + finishReason);
            System.out.println();
            System.exit(0); // its threads would keep the JVM for a minute
        } catch (Exception error) { // refused, cut, silent, or an error event
            System.err.println("\nfailed: " + error);
            System.exit(1);
        }
    }
}
// [END stream_spring_ai]

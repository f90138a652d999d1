///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Asks once and prints the whole answer.
// Run it: DVARA_API_KEY=gw_... jbang ChatBasic.java

// [START chat_basic]
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.*;
import java.util.*;
import java.util.concurrent.*;

public class ChatBasic {
    static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) {
        try {
            var finish = answer("Say in one sentence what an LLM gateway does.");
            if (finish.equals("content_filter")) System.out.println("[answer withheld by content filter]");
            else if (!finish.equals("stop")) {
                System.out.println("[answer cut off: " + finish + "]");
                System.err.println("cut off: finish_reason is " + finish);
            }
        } catch (Exception error) {
            System.err.println(switch (error) {
                case ExecutionException lost -> "connection failed: " + lost.getCause(); // refused or cut
                case TimeoutException silent -> "connection failed: timed out";
                case JacksonException odd -> "unreadable answer: " + odd.getOriginalMessage();
                default -> error.getMessage();
            });
            System.exit(1);
        }
    }

    /** Prints the answer and returns its finish_reason. */
    static String answer(String prompt) throws Exception {
        var env = System.getenv();
        var key = Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set");
        var url = env.getOrDefault("DVARA_URL", "http://localhost:8080/v1").replaceAll("/+$", "") + "/chat/completions";
        var message = Map.of("role", "user", "content", prompt);
        var body = Map.of("model", env.getOrDefault("DVARA_MODEL", "gpt-4o"), "messages", List.of(message));
        var request = HttpRequest.newBuilder(URI.create(url))
                .headers("Authorization", "Bearer " + key, "Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))).build();
        var response = HttpClient.newHttpClient()
                .sendAsync(request, HttpResponse.BodyHandlers.ofString()).get(15, TimeUnit.SECONDS);
        if (response.statusCode() != 200) throw refused(response.statusCode(), response.body());

        var choice = JSON.readTree(response.body()).path("choices").path(0);
        if (choice.isObject()) System.out.println(choice.path("message").path("content").asText(""));
        var finish = choice.path("finish_reason").asText(null);
        if (finish == null) throw new IllegalStateException("incomplete: the answer has no finish_reason");
        return finish;
    }

    static IllegalStateException refused(Object status, String json) throws Exception {
        var error = JSON.readTree(json.startsWith("{") ? json : "{}");
        return new IllegalStateException("error %s %s: %s".formatted(
                status, error.findPath("code").asText("unknown"), error.findPath("message").asText("no reason given")));
    }
}
// [END chat_basic]

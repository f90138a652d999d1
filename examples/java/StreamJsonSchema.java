///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Streams an answer that follows a JSON schema, and parses it once it is whole.
// Run it: DVARA_API_KEY=gw_... jbang StreamJsonSchema.java

// [START stream_json_schema]
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.Consumer;

public class StreamJsonSchema {
    static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) {
        try {
            streamPerson("Extract the person: John is 30 years old.");
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

    /** Collects the answer and prints its fields. */
    static void streamPerson(String prompt) throws Exception {
        var env = System.getenv();
        var key = Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set");
        var url = env.getOrDefault("DVARA_URL", "http://localhost:8080/v1").replaceAll("/+$", "") + "/chat/completions";
        var message = Map.of("role", "user", "content", prompt);
        var fields = Map.of("name", Map.of("type", "string"), "age", Map.of("type", "integer"));
        var person = Map.of("type", "object", "properties", fields, "required", List.of("name", "age"), "additionalProperties", false);
        var format = Map.of("type", "json_schema", "json_schema", Map.of("name", "person", "strict", true, "schema", person));
        var body = Map.of("model", env.getOrDefault("DVARA_MODEL", "gpt-4o"), "messages", List.of(message),
                "response_format", format, "stream", true);
        var request = HttpRequest.newBuilder(URI.create(url))
                .headers("Authorization", "Bearer " + key, "Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))).build();
        var lines = new Lines();
        var response = HttpClient.newHttpClient()
                .sendAsync(request, HttpResponse.BodyHandlers.ofByteArrayConsumer(lines));
        response.whenComplete((done, error) -> lines.add("[END]"));

        String data = "", other = "", document = "", finish = null;
        for (String line; (line = lines.poll(15, TimeUnit.SECONDS)) != null && !line.equals("[END]"); ) {
            if (line.startsWith("data:")) data += line.substring(5).strip(); // DVARA sends no space after the colon
            else other += line;
            if (!line.isEmpty() || data.isEmpty()) continue; // an empty line ends an event
            if (data.equals("[DONE]")) break;
            var event = JSON.readTree(data);
            if (event.hasNonNull("error")) throw refused("event", data);
            for (var choice : event.path("choices")) { // a usage chunk has none
                document += choice.path("delta").path("content").asText("");
                finish = choice.path("finish_reason").asText(finish);
            }
            data = "";
        }
        // where no [DONE] came, get() throws what broke the connection
        int status = data.equals("[DONE]") ? 200 : response.get(0, TimeUnit.SECONDS).statusCode();
        if (status != 200) throw refused(status, other + lines.rest);
        if (finish == null) throw new IllegalStateException("incomplete: the stream ended without a finish_reason");

        if (finish.equals("content_filter")) {
            System.out.println("[answer withheld by content filter]");
            return;
        }
        if (!finish.equals("stop")) {
            System.out.println("[answer cut off: " + finish + "]");
            throw new IllegalStateException("cut off: finish_reason is " + finish);
        }
        var parsed = JSON.readTree(document);
        for (var field : List.of("name", "age")) System.out.println(field + ": " + parsed.required(field).asText());
    }

    static IllegalStateException refused(Object status, String json) throws Exception {
        var error = JSON.readTree(json.startsWith("{") ? json : "{}");
        return new IllegalStateException("error %s %s: %s".formatted(
                status, error.findPath("code").asText("unknown"), error.findPath("message").asText("no reason given")));
    }

    /** Queues a response line by line; unlike ofLines() it loses none when the connection breaks. */
    static class Lines extends LinkedBlockingQueue<String> implements Consumer<Optional<byte[]>> {
        final ByteArrayOutputStream rest = new ByteArrayOutputStream();
        byte last;

        public void accept(Optional<byte[]> piece) {
            for (byte next : piece.orElse(new byte[0])) { // at the end comes none
                if (next == '\r' || next == '\n' && last != '\r') {
                    add(rest.toString());
                    rest.reset();
                } else if (next != '\n') rest.write(next);
                last = next;
            }
        }
    }
}
// [END stream_json_schema]

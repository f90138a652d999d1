///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Reads the wire format by hand: HTTP and events with the JDK alone, JSON with Jackson. StreamBasic.java has an SDK for it.
// Run it: DVARA_API_KEY=gw_... jbang StreamWire.java

// [START stream_wire]
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.Consumer;

public class StreamWire {
    static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) {
        try {
            var finish = streamAnswer("Say in one sentence what an LLM gateway does.");
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

    /** Prints the answer piece by piece and returns its finish_reason. */
    static String streamAnswer(String prompt) throws Exception {
        var env = System.getenv();
        var key = Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set");
        var url = env.getOrDefault("DVARA_URL", "http://localhost:8080/v1").replaceAll("/+$", "") + "/chat/completions";
        var message = Map.of("role", "user", "content", prompt);
        var body = Map.of("model", env.getOrDefault("DVARA_MODEL", "gpt-4o"), "messages", List.of(message), "stream", true);
        var request = HttpRequest.newBuilder(URI.create(url))
                .headers("Authorization", "Bearer " + key, "Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))).build();
        var lines = new Lines();
        var response = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build() // else it offers HTTP/2
                .sendAsync(request, HttpResponse.BodyHandlers.ofByteArrayConsumer(lines));
        response.whenComplete((done, error) -> lines.add("[END]"));

        String data = "", other = "", finish = null;
        try {
            for (String line; (line = lines.poll(15, TimeUnit.SECONDS)) != null && !line.equals("[END]"); ) {
                if (line.startsWith("\uFEFF")) line = line.substring(1); // a byte order mark may begin the stream
                if (line.startsWith("data:")) data += line.substring(5).strip(); // DVARA sends no space after the colon
                else other += line;
                if (!line.isEmpty() || data.isEmpty()) continue; // an empty line ends an event
                if (data.equals("[DONE]")) break;
                var event = JSON.readTree(data);
                if (event.hasNonNull("error")) throw refused("event", data);
                for (var choice : event.path("choices")) { // a usage chunk has none
                    System.out.append(choice.path("delta").path("content").asText(""));
                    if (System.out.checkError()) System.exit(1); // it flushes; nobody reads any more
                    finish = choice.path("finish_reason").asText(finish);
                }
                data = "";
            }
        } finally {
            System.out.println();
        }
        // where no [DONE] came, get() throws what broke the connection
        int status = data.equals("[DONE]") ? 200 : response.get(0, TimeUnit.SECONDS).statusCode();
        if (status != 200) throw refused(status, other + lines.rest);
        if (finish == null) throw new IllegalStateException("incomplete: the stream ended without a finish_reason");
        return finish;
    }

    static IllegalStateException refused(Object status, String json) throws Exception {
        var error = JSON.readTree(json.startsWith("{") ? json : "{}");
        var reason = error.findPath("message").asText("no reason given").replaceAll("\\s+", " ");
        return new IllegalStateException("error %s %s: %s".formatted(status, error.findPath("code").asText("unknown"), reason));
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
// [END stream_wire]

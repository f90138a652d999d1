///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// Defect: a lost connection is taken up again at once, so that a gateway in trouble gets three requests in its worst moment.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.util.stream.Stream;

public class NoBackOff {
    static final ObjectMapper JSON = new ObjectMapper();

    static Stream<String> ask() throws IOException, InterruptedException {
        var body = "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}";
        var request = HttpRequest.newBuilder(URI.create(System.getenv("DVARA_URL") + "/chat/completions"))
                .header("Authorization", "Bearer " + System.getenv("DVARA_API_KEY"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines()).body();
    }

    public static void main(String[] args) throws Exception {
        for (int attempt = 1; attempt <= 3; attempt++) {
            try {
                for (var line : (Iterable<String>) ask()::iterator) {
                    if (!line.startsWith("data:") || line.endsWith("[DONE]")) continue;
                    System.out.print(JSON.readTree(line.substring(5)).at("/choices/0/delta/content").asText());
                    System.out.flush();
                }
                return;
            } catch (IOException | UncheckedIOException lost) {
                System.out.println("\n[connection lost, the answer starts again]");
            }
        }
        System.exit(1);
    }
}

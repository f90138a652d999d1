///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// Defect: choices[0] of every chunk, though the usage chunk has no choices: the example dies after the last word.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.util.stream.Stream;

public class ChoicesUnguarded {
    static final ObjectMapper JSON = new ObjectMapper();

    static HttpResponse<Stream<String>> ask() throws IOException, InterruptedException {
        var body = "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}";
        var request = HttpRequest.newBuilder(URI.create(System.getenv("DVARA_URL") + "/chat/completions"))
                .header("Authorization", "Bearer " + System.getenv("DVARA_API_KEY"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
    }

    public static void main(String[] args) throws Exception {
        for (var line : (Iterable<String>) ask().body()::iterator) {
            if (!line.startsWith("data:") || line.endsWith("[DONE]")) continue;
            var delta = JSON.readTree(line.substring(5)).get("choices").get(0).get("delta");
            System.out.print(delta.path("content").asText());
            System.out.flush();
        }
        System.out.println();
    }
}

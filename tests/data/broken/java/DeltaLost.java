///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// Defect: the chunk with the role is taken for a mere greeting. DVARA puts the first word into it, and that is lost.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.util.stream.Stream;

public class DeltaLost {
    static final ObjectMapper JSON = new ObjectMapper();

    static HttpResponse<Stream<String>> ask() throws IOException, InterruptedException {
        var body = "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}";
        var request = HttpRequest.newBuilder(URI.create(System.getenv("DVARA_URL") + "/chat/completions"))
                .header("Authorization", "Bearer " + System.getenv("DVARA_API_KEY"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
    }

    public static void main(String[] args) throws Exception {
        ask().body().forEach(line -> {
            if (!line.startsWith("data:") || line.endsWith("[DONE]")) return;
            try {
                var delta = JSON.readTree(line.substring(5)).at("/choices/0/delta");
                if (delta.has("role")) return;
                System.out.print(delta.path("content").asText());
                System.out.flush();
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
        System.out.println();
    }
}

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// Defect: a 429 is answered by the next request at once, whatever its Retry-After asks for.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.util.stream.Stream;

public class IgnoresRetryAfter {
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
        var response = ask();
        for (int attempt = 1; response.statusCode() == 429 && attempt < 3; attempt++) response = ask();
        for (var line : (Iterable<String>) response.body()::iterator) {
            if (!line.startsWith("data:") || line.endsWith("[DONE]")) continue;
            System.out.print(JSON.readTree(line.substring(5)).at("/choices/0/delta/content").asText());
        }
        if (response.statusCode() != 200) System.exit(1);
    }
}

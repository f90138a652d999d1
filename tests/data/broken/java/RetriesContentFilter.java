///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// Defect: governance withholds the answer, and the example asks again and again, at a price.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.util.stream.Stream;

public class RetriesContentFilter {
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
        var finish = "";
        for (int attempt = 0; attempt < 3 && !finish.equals("stop"); attempt++) {
            for (var line : (Iterable<String>) ask().body()::iterator) {
                if (!line.startsWith("data:") || line.endsWith("[DONE]")) continue;
                var choice = JSON.readTree(line.substring(5)).at("/choices/0");
                System.out.print(choice.at("/delta/content").asText());
                finish = choice.path("finish_reason").asText(finish);
            }
        }
        System.out.println();
        System.out.println("[answer withheld by content filter]");
    }
}

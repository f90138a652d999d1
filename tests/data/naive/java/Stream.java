///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// The loop that most pages print for Java. Nothing in it asks how the answer ended.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.*;

public class Stream {
    public static void main(String[] args) throws Exception {
        var json = new ObjectMapper();
        var body = """
                {"model": "gpt-4o", "stream": true,
                 "messages": [{"role": "user", "content": "Say in one sentence what an LLM gateway does."}]}""";
        var request = HttpRequest.newBuilder(URI.create(System.getenv("DVARA_URL") + "/chat/completions"))
                .header("Authorization", "Bearer " + System.getenv("DVARA_API_KEY"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
        for (var line : (Iterable<String>) response.body()::iterator) {
            if (!line.startsWith("data:") || line.contains("[DONE]")) continue;
            System.out.print(json.readTree(line.substring(5)).at("/choices/0/delta/content").asText());
            System.out.flush();
        }
        System.out.println();
    }
}

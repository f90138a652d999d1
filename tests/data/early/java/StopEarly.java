///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// Stops reading after three pieces, and then has other things to do.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.*;

public class StopEarly {
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
        int pieces = 0;
        try (var lines = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            for (var line : (Iterable<String>) lines::iterator) {
                if (!line.startsWith("data:")) continue;
                System.out.print(json.readTree(line.substring(5)).at("/choices/0/delta/content").asText());
                System.out.flush();
                if (++pieces == 3) break;
            }
        }
        System.out.println("\n[enough]");
        Thread.sleep(1_000); // other work
        System.out.println("[other work done]");
    }
}

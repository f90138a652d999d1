///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.fasterxml.jackson.core:jackson-databind:2.22.4
// Defect: only "data: " with a space is taken for data. DVARA sends none, so nothing at all is printed.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.util.stream.Stream;

public class DataWithSpaceOnly {
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
        ask().body()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .takeWhile(data -> !data.equals("[DONE]"))
                .forEach(DataWithSpaceOnly::print);
        System.out.println();
    }

    static void print(String data) {
        try {
            System.out.print(JSON.readTree(data).at("/choices/0/delta/content").asText());
            System.out.flush();
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }
}

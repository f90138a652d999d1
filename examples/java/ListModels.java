///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Lists the models that the gateway serves.
// Run it: DVARA_API_KEY=gw_... jbang ListModels.java

// [START list_models]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.models.Model;
import java.time.Duration;
import java.util.Objects;

public class ListModels {
    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = OpenAIOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                    .build();
            var models = client.models().list().autoPager().stream().map(Model::id).toList();
            models.forEach(System.out::println);
            var wanted = env.getOrDefault("DVARA_MODEL", "gpt-4o");
            if (!models.contains(wanted)) // a provider that does not answer in time is left out
                throw new IllegalStateException("the gateway does not list " + wanted);
        } catch (RuntimeException error) { // refused, cut, silent, a status of 400 or above, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END list_models]

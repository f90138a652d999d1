///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//DEPS com.openai:openai-java:4.101.0
//RUNTIME_OPTIONS -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8
// Compares texts by their embeddings.
// Run it: DVARA_API_KEY=gw_... jbang Embeddings.java

// [START embeddings]
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Timeout;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

public class Embeddings {
    public static void main(String[] args) {
        var env = System.getenv();
        try {
            var client = OpenAIOkHttpClient.builder()
                    .baseUrl(env.getOrDefault("DVARA_URL", "http://localhost:8080/v1"))
                    .apiKey(Objects.requireNonNull(env.get("DVARA_API_KEY"), "DVARA_API_KEY is not set"))
                    .timeout(Timeout.builder().read(Duration.ofSeconds(15)).build()) // without a byte
                    .build();
            var texts = List.of("a gateway for models", "a gateway for models", "a cat on a mat");
            var params = EmbeddingCreateParams.builder()
                    .model(env.getOrDefault("DVARA_MODEL", "text-embedding-3-small"))
                    .inputOfArrayOfStrings(texts)
                    .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT) // DVARA refuses base64
                    .build();

            var vectors = client.embeddings().create(params).data();
            if (vectors.size() != texts.size()) throw new IllegalStateException("incomplete: " + vectors.size() + " vectors");
            for (int at = 1; at < texts.size(); at++) {
                double product = 0;
                for (int i = 0; i < vectors.getFirst().embedding().size(); i++)
                    product += vectors.getFirst().embedding().get(i) * vectors.get(at).embedding().get(i);
                System.out.printf(Locale.ROOT, "%.2f %s%n", product, texts.get(at));
            }
        } catch (RuntimeException error) { // refused, cut, silent, a status of 400 or above, or no JSON
            System.out.println();
            System.err.println("failed: " + error.toString().replaceAll("\\s+", " "));
            System.exit(1);
        }
    }
}
// [END embeddings]

//FILES own.txt
package parts.more;

import java.nio.charset.StandardCharsets;

public class Reader {
    public static String read(String name) throws java.io.IOException {
        try (var stream = Reader.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

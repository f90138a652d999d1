import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Streams one answer from a server of its own on the loopback, so that the JVM can list the classes that streaming needs. */
public final class Warm {
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ndata:1\n\r\n0\r\n\r\n";
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private Warm() {}

  public static void main(String[] args) throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var answering = new Thread(() -> answer(server), "answering");
      answering.setDaemon(true);
      answering.start();
      var address = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
      var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();
      var request = HttpRequest.newBuilder(address).timeout(LIMIT)
          .header("Authorization", "Bearer none").header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString("{}")).build();
      client.send(request, HttpResponse.BodyHandlers.ofLines()).body()
          .filter(line -> line.startsWith("data:")).map(line -> line.substring(5)).forEach(System.out::println);
    }
  }

  private static void answer(ServerSocket server) {
    try (var connection = server.accept()) {
      connection.getInputStream().read(new byte[65536]);
      connection.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
      connection.getInputStream().read();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.Runtimes;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.artifact.DefaultArtifactType;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.graph.Exclusion;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactDescriptorRequest;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.VersionRangeRequest;

/**
 * Resolves a class path with Maven's own resolver.
 *
 * <p>Reads one request from stdin, a line each, fields parted by tabs: {@code local PATH}, {@code offline}, {@code repo ID URL} (none: Maven's
 * central repository), {@code bom G A V}, {@code dep G A V CLASSIFIER TYPE}. Writes {@code G A V FILE} per jar to stdout, in class
 * path order. Exits with 1 and the resolver's own sentence on stderr where that fails.
 */
public final class Resolve {
  private final Context context;

  private Resolve(Context context) {
    this.context = context;
  }

  public static void main(String[] args) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var request = input.lines().map(line -> line.split("\t", -1)).toList();
    try (var context = Runtimes.INSTANCE.getRuntime().create(overrides(request))) {
      new Resolve(context).resolve(request);
    } catch (RepositoryException e) {
      System.err.println(innermost(e).getMessage());
      System.exit(1);
    }
  }

  /** The resolver's errors nest, and only the innermost of its own names the repository and what it answered. */
  private static RepositoryException innermost(RepositoryException error) {
    return error.getCause() instanceof RepositoryException cause ? innermost(cause) : error;
  }

  private static ContextOverrides overrides(List<String[]> request) {
    var repositories = new ArrayList<RemoteRepository>();
    var overrides = ContextOverrides.create().withUserSettings(true);
    for (var line : request) {
      if (line[0].equals("local")) {
        overrides.withLocalRepositoryOverride(Path.of(line[1]));
      } else if (line[0].equals("offline")) {
        overrides.offline(true);
      } else if (line[0].equals("repo")) {
        repositories.add(line[2].isEmpty()
            ? ContextOverrides.CENTRAL
            : new RemoteRepository.Builder(line[1], "default", line[2]).build());
      }
    }
    return overrides
        .repositories(repositories.isEmpty() ? List.of(ContextOverrides.CENTRAL) : repositories)
        .addRepositoriesOp(ContextOverrides.AddRepositoriesOp.REPLACE)
        .extraArtifactTypes(List.of(new DefaultArtifactType("fatjar", "jar", null, "java", true, true)))
        .build();
  }

  private void resolve(List<String[]> request) throws RepositoryException {
    var managed = new ArrayList<Dependency>();
    for (var line : request) {
      if (line[0].equals("bom")) {
        managed.addAll(managedBy(new DefaultArtifact(line[1], line[2], "pom", line[3])));
      }
    }
    var wanted = new ArrayList<Dependency>();
    for (var line : request) {
      if (line[0].equals("dep")) {
        wanted.add(dependency(line, managed));
      }
    }
    for (var line : request) {
      // What a dependency itself manages counts only where the script writes its version, as in JBang.
      if (line[0].equals("dep") && !line[3].isEmpty()) {
        managed.addAll(managedBy(artifact(line)));
      }
    }
    var collect = new CollectRequest(wanted, managed, context.remoteRepositories());
    var result = context.repositorySystem()
        .resolveDependencies(context.repositorySystemSession(), new DependencyRequest(collect, null));
    for (var found : result.getArtifactResults()) {
      var artifact = found.getArtifact();
      System.out.println(String.join("\t",
          artifact.getGroupId(), artifact.getArtifactId(), artifact.getVersion(), artifact.getFile().toString()));
    }
  }

  /**
   * A dependency without a version is, as in JBang, the first artifact of that name that a BOM manages: version, classifier and
   * type are the BOM's.
   */
  private Dependency dependency(String[] line, List<Dependency> managed) throws RepositoryException {
    var artifact = artifact(line);
    if (line[3].isEmpty()) {
      artifact = managed.stream()
          .map(Dependency::getArtifact)
          .filter(a -> a.getGroupId().equals(line[1]) && a.getArtifactId().equals(line[2]))
          .findFirst()
          .orElseThrow(() -> new RepositoryException(
              "No version is given for " + line[1] + ":" + line[2] + ", and no @pom dependency manages it"));
    }
    var dependency = new Dependency(artifact, "compile");
    return line[5].equals("fatjar") ? dependency.setExclusions(List.of(new Exclusion("*", "*", "*", "*"))) : dependency;
  }

  /** The artifact of a request line; a type such as {@code test-jar} stands for an extension and a classifier. */
  private Artifact artifact(String[] line) {
    var type = context.repositorySystemSession().getArtifactTypeRegistry().get(line[5]);
    if (type == null) {
      return new DefaultArtifact(line[1], line[2], line[4], line[5], line[3]);
    }
    var classifier = line[4].isEmpty() ? type.getClassifier() : line[4];
    return new DefaultArtifact(line[1], line[2], classifier, type.getExtension(), line[3]);
  }

  /** What the POM of an artifact manages; of a version range, the newest version's. */
  private List<Dependency> managedBy(Artifact artifact) throws RepositoryException {
    var session = context.repositorySystemSession();
    var repositories = context.remoteRepositories();
    var range = context.repositorySystem()
        .resolveVersionRange(session, new VersionRangeRequest(artifact, repositories, null));
    if (range.getHighestVersion() == null) {
      throw new RepositoryException("No versions available for " + artifact + " within specified range");
    }
    var exact = artifact.setVersion(range.getHighestVersion().toString());
    return context.repositorySystem()
        .readArtifactDescriptor(session, new ArtifactDescriptorRequest(exact, repositories, null))
        .getManagedDependencies();
  }
}

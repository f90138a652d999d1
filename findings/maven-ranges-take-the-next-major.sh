#!/usr/bin/env bash
# Maven 3.8.7, maven-dependency-plugin 3.8.1 (org.slf4j:slf4j-api, com.squareup.okhttp3:okhttp, jackson-annotations)
# Expected: `[1.7,2.0)` takes the newest 1.x, as `>=1.7,<2.0` does in pip and `>=1.7 <2.0` in npm, which pass over pre-releases.
# Happens:  it takes 2.0.0-beta1. A beta sorts below its release, thus the open bound lets every alpha, beta and candidate of the next
#           major in, and prefers them to the releases. `[4,5)` takes OkHttp 5.0.0-alpha.17, `[2.15,3.0)` Jackson 3.0-rc5. Only a
#           bound that is itself a pre-release, `[1.7,1.8-alpha)`, keeps to releases.
# Matters:  a range that was written to stay below a breaking release installs just that release, half-finished.
# Upstream: the POM reference reads "[1.2,1.3)" as "1.2 <= x < 1.3" and sorts pre-releases elsewhere; it does not join the two.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

taken() { # GROUP ARTIFACT RANGE
    cat >pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
  <dependencies><dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency></dependencies>
</project>
XML
    mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=cp >log || { cat log; exit 1; }
    echo "$2 $3: $(tr ':' '\n' <cp | sed -n "s|.*/$2/\([^/]*\)/.*|\1|p" | head -1)"
}
mvn -version | sed -n '1s/.*\(Apache Maven [0-9.]*\).*/\1/p'
{
    taken org.slf4j slf4j-api '[1.7,2.0)'
    taken org.slf4j slf4j-api '[1.7,1.8-alpha)'
    taken com.fasterxml.jackson.core jackson-annotations '[2.15,3.0)'
    taken com.squareup.okhttp3 okhttp '[4,5)'
} | tee seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
slf4j-api [1.7,2.0): 2.0.0-beta1
slf4j-api [1.7,1.8-alpha): 1.7.36
jackson-annotations [2.15,3.0): 3.0-rc5
okhttp [4,5): 5.0.0-alpha.17
SEEN

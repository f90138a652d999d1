"""The parts of the Java toolchain; ``toolchains/java.py`` puts them together.

jdk             which JDKs there are, and which one a script gets
header          the directives of a script (``//DEPS``, ``//JAVA`` …); expressions: ``${…}`` in their values
bundle          a script with the further sources and files that it names
tools           starting javac, java and jbang within a limit
intact          folders of the cache, looked at again before use
maven_settings  what our own downloads heed in ``settings.xml``
mima            Maven's resolver: five pinned jars and ``Resolve.java``
coordinates     dependencies and repositories as the resolver is asked for them
resolver        a header to a class path
releases        other releases than those that a header names
compiler        a bundle to a jar and its main class
archive         classes parsed ahead of time, so that a run starts sooner
launch          the command line
builtin, jbang  the two ways from a script to its command
one_at_a_time   a lock on what builds share
project         which build a class belongs to
maven, gradle   how each of these tools is started, and what it says
built           a project's classes in the cache, and the command for one of them
"""

FLOOR = 21
"""The oldest Java that the docs promise, and what scripts without ``//JAVA`` are held to."""

BUILT_IN = "built-in"
"""The launcher's name in reports, and in the variable that chooses it."""

"""The parts of the Java toolchain; ``toolchains/java.py`` puts them together.

jdk             the JDKs on this machine, and the choice for a script
header          the directives of a script (``//DEPS``, ``//JAVA`` …); expressions: ``${…}`` in their values
bundle          a script with the other sources and files that it names
tools           starting javac, java and jbang within a limit
intact          folders of the cache, checked again before use
maven_settings  the parts of ``settings.xml`` that our own downloads follow
mima            Maven's resolver: five pinned jars and ``Resolve.java``
coordinates     dependencies and repositories as requests to the resolver
resolver        a header to a class path
releases        releases other than those that a header names
compiler        a bundle to a jar and its main class
archive         classes parsed ahead of time, so that a run starts sooner
launch          the command line
builtin, jbang  the two ways from a script to its command
one_at_a_time   a lock on folders that builds share
project         which build a class belongs to
maven, gradle   how to start each of these tools, and how to read its output
built           a project's classes in the cache, and the command for one of them
"""

FLOOR = 21
"""The oldest Java that the docs promise, and the one required by scripts without ``//JAVA``."""

BUILT_IN = "built-in"
"""The launcher's name in reports, and in the variable that chooses it."""

"""The parts of the Java toolchain; ``toolchains/java.py`` puts them together.

jdk.py         which JDKs there are, and which one a script gets
header.py      the directives at the head of a script (``//DEPS``, ``//JAVA`` …)
expressions.py ``${…}`` in the values of directives
bundle.py      a script with the further sources and files that it names
tools.py       starting javac, java and jbang with a limit
mima.py        Maven's resolver as a small Java program of our own, fetched and compiled once
resolver.py    coordinates to a class path
compiler.py    sources to a jar, and which class is started
archive.py     classes parsed ahead of time, so that a run starts sooner
builtin.py     all of these together: the way without JBang
jbang.py       the way with JBang
"""

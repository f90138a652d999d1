"""Runs the streaming examples of the DVARA LLM gateway and reports how each one ended."""

__version__ = "0.1.0"

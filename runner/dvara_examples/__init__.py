"""Runs the streaming examples of the DVARA LLM gateway and says truthfully how each one ended."""

__version__ = "0.1.0"

"""OpenAI's older completions: like chat, but each choice has its ``text`` directly."""

from dvara_examples.protocols.chat import ChatReader, lacks, speaks

__all__ = ["ENDPOINTS", "lacks", "reader", "speaks"]

ENDPOINTS = ("/completions",)


def reader() -> ChatReader:
    """Return a new reader for one response."""
    return ChatReader()

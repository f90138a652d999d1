"""What was seen: transcripts, verdicts, results, and the folder that stores a run."""

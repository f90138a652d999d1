"""What was recorded: transcripts, verdicts, results, and the folder that stores a run."""

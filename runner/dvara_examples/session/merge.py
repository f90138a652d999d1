"""Merges several stored sessions into one folder."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dvara_examples.core.errors import MergeError, TranscriptError
from dvara_examples.core.world import World
from dvara_examples.records.results import Summary
from dvara_examples.records.run_folder import INTERNAL_ERRORS, RunFolder, differing
from dvara_examples.reports import Reporter
from dvara_examples.session.rejudge import judge_folder
from dvara_examples.session.shards import merged_document


def merge_runs(
    world: World, folders: Sequence[RunFolder], into: Path | None, *, allow_partial: bool
) -> tuple[RunFolder, str | None]:
    """Merge *folders* into the new folder *into*, else into one next to other runs; they do not change.

    Returns the folder, and a sentence about missing shards, if that is allowed. Raises MergeError if they do
    not fit together, and TranscriptError if one cannot be read; then nothing has been written.
    """
    sessions = [(world.shown(folder.path), folder.read()) for folder in folders]
    document, remark = merged_document(sessions, allow_partial=allow_partial)
    files = [_file(folder, name) for folder, (_, each) in zip(folders, sessions, strict=True) for name in each.transcripts]
    merged = _new_folder(world, into)
    for file in files:
        shutil.copyfile(file, merged.path / file.name)
    for folder in folders:
        _append(folder.path / INTERNAL_ERRORS, merged.path / INTERNAL_ERRORS)
    merged.write_document(document)
    return merged, remark


def judge_merged(folder: RunFolder, reporters: Sequence[Reporter]) -> Summary:
    """Judge the merged run, and note in *folder* the examples whose languages differ, now that all of them are there."""
    summary = judge_folder(folder, reporters)
    folder.write_document(replace(folder.read(), disparities=differing(summary)))
    return summary


def _new_folder(world: World, into: Path | None) -> RunFolder:
    if into is None:
        return RunFolder.create(world.runs_dir, world.clock.utc_now())
    path = world.cwd / into
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise MergeError(f"{world.shown(path)} is there already", "name a folder that is new or empty")
    path.mkdir(parents=True, exist_ok=True)
    return RunFolder(path)


def _file(folder: RunFolder, name: str) -> Path:
    path = folder.file(name)
    if path is None or not path.is_file():
        raise TranscriptError(f"{folder.path} lacks the transcript {name}", "copy the whole folder")
    return path


def _append(source: Path, target: Path) -> None:
    if source.is_file():
        with target.open("ab") as file:
            file.write(source.read_bytes())

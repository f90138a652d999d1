"""Says why the operating system did not start a process."""

import errno
import os
import shutil

from dvara_examples.core.errors import Diagnosis
from dvara_examples.process.child import ExecuteRequest


def why_not_started(request: ExecuteRequest, error: OSError | ValueError) -> Diagnosis:
    """Return the message for the error of starting *request*."""
    name = request.argv[0] if request.argv else ""
    problem = f"could not start {name!r}"
    if not isinstance(error, OSError):
        return Diagnosis(f"{problem}: {error} in its arguments or environment", "text without NUL bytes is accepted")
    if not request.cwd.is_dir():
        return Diagnosis(f"{problem}: its working folder {str(request.cwd)!r} does not exist or is not a folder", "")
    if isinstance(error, FileNotFoundError):
        found = shutil.which(name, path=request.env.get("PATH", os.defpath))
        if found:
            return Diagnosis(f"{problem}: {found} names an interpreter that does not exist", "look at its first line")
        where = "" if "/" in name else " on the PATH"
        return Diagnosis(f"{problem}: no such file{where}", "install it or name it by its full path")
    if isinstance(error, PermissionError):
        return Diagnosis(f"{problem}: permission denied", "make it an executable file (chmod +x)")
    if error.errno == errno.ENOEXEC:
        return Diagnosis(f"{problem}: it is not a program for this machine and has no #! line", "name its interpreter")
    return Diagnosis(f"{problem}: {error.strerror or error}", "")

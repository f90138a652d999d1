"""Says in one sentence why the operating system did not start a process."""

import errno
import os
import shutil

from dvara_examples.process.child import ExecuteRequest


def why_not_started(request: ExecuteRequest, error: OSError | ValueError) -> str:
    """Return the sentence for what starting *request* raised."""
    name = request.argv[0] if request.argv else ""
    problem = f"could not start {name!r}"
    if not isinstance(error, OSError):
        return f"{problem}: {error} in its arguments or environment; text without NUL bytes is accepted"
    if not request.cwd.is_dir():
        return f"{problem}: its working folder {str(request.cwd)!r} does not exist or is not a folder"
    if isinstance(error, FileNotFoundError):
        found = shutil.which(name, path=request.env.get("PATH", os.defpath))
        if found:
            return f"{problem}: {found} names an interpreter that does not exist; look at its first line"
        return f"{problem}: no such file{'' if '/' in name else ' on the PATH'}; install it or name it by its full path"
    if isinstance(error, PermissionError):
        return f"{problem}: permission denied; make it an executable file (chmod +x)"
    if error.errno == errno.ENOEXEC:
        return f"{problem}: it is not a program for this machine and has no #! line; name its interpreter"
    return f"{problem}: {error.strerror or error}"

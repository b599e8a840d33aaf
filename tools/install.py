"""pip install, with the same words: `python tools/install.py --require-hashes -r requirements.lock`.

pip fetches and unpacks one package after another. A lock file names them all, so several processes can share it.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
# Half of pip's time went into compiling modules that nobody imports: Python compiles those that are, once.
INSTALL = [*PIP, "install", "--no-compile", "--quiet", "--retries", "2"]
AT_ONCE = min(os.cpu_count() or 1, 4)


def shares(lock, count):
    """The packages of a lock file with their hashes, dealt out like cards."""
    packages = re.findall(r"(?ms)^[\w.-]+==.*?(?=^\S|\Z)", lock)
    return ["".join(packages[i::count]) for i in range(count)]


def install(words, lock):
    """Every share of the lock: 0 if all went well, and no package that is there misses another."""
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for i, share in enumerate(shares(lock.read_text(encoding="utf-8"), AT_ONCE)):
            file = Path(folder, f"{i}.txt")
            file.write_text(share, encoding="utf-8")
            running.append(subprocess.Popen([*INSTALL, "--no-deps", *words, "-r", file]))
        failed = [process.wait() for process in running]
    return any(failed) or nothing_is_missing()


def nothing_is_missing():
    """With hashes pip would say so; each share by itself can not know."""
    done = subprocess.run([*PIP, "check"], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    words = sys.argv[1:]
    locked = "--require-hashes" in words and words[-2:-1] == ["-r"]
    sys.exit(install(words[:-2], Path(words[-1])) if locked else subprocess.call([*INSTALL, *words]))

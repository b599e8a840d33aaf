"""Choose the newest versions that fit pyproject.toml and package.json, and write both lock files: `make lock`.

For maintainers: needs a network, and `uv` and `npm` on the PATH. The locks hold versions and hashes for every platform
and every Python from 3.11 on, and no address: whoever installs takes the files from wherever their pip and npm do.
"""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = "uv pip compile pyproject.toml --quiet --upgrade --all-extras --universal --python-version 3.11".split()
ONE_VERSION = ["--fork-strategy", "fewest", "--only-binary", ":all:", "--generate-hashes"]
BARE = ["--no-annotate", "--no-header"]  # and uv writes no address unless it is asked to
NPM = "npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved".split()


def main():
    subprocess.run([*UV, *ONE_VERSION, *BARE, "--output-file", "requirements.lock"], cwd=ROOT, check=True)
    subprocess.run(NPM, cwd=ROOT / "tools" / "npm", check=True)


if __name__ == "__main__":
    main()

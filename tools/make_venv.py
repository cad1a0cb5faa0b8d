"""Make the virtual environment that holds tox: `python3 tools/make_venv.py .venv requirements/tox.txt`.

Runs with whatever Python the machine has, so that an old one gets a clear answer instead of a
syntax error: nothing newer than Python 3.6 may be used here.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)


def main(folder: str, requirements: str) -> int:
    """Returns the exit status; 2 when this Python cannot be used."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(
            f"make: {sys.executable} is Python {found}, 3.11 or newer is needed; name one: make PYTHON=python3.11 …\n"
        )
        return 2
    print(f"make: installing tox into {folder} …", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, stdout=subprocess.PIPE)
    except subprocess.CalledProcessError:
        sys.stderr.write("make: Python's venv is missing; on Debian: apt-get install python3-venv\n")
        return 2
    pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.call([*pip, "--require-hashes", "--requirement", requirements])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

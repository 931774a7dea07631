"""The code of Lambda functions, packed without Docker and so that the same commit gives the same bytes everywhere.

What functions share is one layer: their modules of the common package, the contracts that they read, and Powertools.
Powertools is packed from the installed, locked files, because a public layer would be missing on a laptop.
"""

import importlib.util
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from components.assets import COMMON, CONTRACTS, ROOT, contract_files, write_zip

FUNCTIONS = ROOT / "lambda"
RUNTIME = "python3.12"
# Where Lambda puts a layer's Python code on the path.
_LAYER_FOLDER = "python"
_SHARED = ("__init__.py", "contract.py", "kpl.py", "stream_events.py", "stream_records.py", "stream_usual.py")
_CONTRACTS = ("clicks",)
# A function imports the logger and the metrics of Powertools; the rest would only make the package larger.
_POWERTOOLS = "aws_lambda_powertools"
_POWERTOOLS_PARTS = (
    "*.py",
    "exceptions/*.py",
    "logging/**/*.py",
    "metrics/*.py",
    "metrics/provider/*.py",
    "metrics/provider/cloudwatch_emf/*.py",
    "shared/*.py",
    "tracing/*.py",
    "utilities/__init__.py",
    "utilities/jmespath_utils/*.py",
    "warnings/*.py",
)
_POWERTOOLS_NEEDS = (("jmespath", "*.py"),)


def shared_layer(
    scope: Construct, *, architecture: str, files: Iterable[tuple[str, bytes]] | None = None
) -> lambda_.CfnLayerVersion:
    """Pack what functions of a stack share: by default, what those of the stream do.

    Parameters
    ----------
    files
        Name and content of each file of the layer.
    """
    archive = _asset(scope, "SharedCode", dict(layer_files() if files is None else files))
    return lambda_.CfnLayerVersion(
        scope,
        "Shared",
        description="Common package, contracts and Powertools",
        compatible_architectures=[architecture],
        compatible_runtimes=[RUNTIME],
        content=lambda_.CfnLayerVersion.ContentProperty(s3_bucket=archive.s3_bucket_name, s3_key=archive.s3_object_key),
    )


def function_code(scope: Construct, package: str) -> assets.Asset:
    """Pack the modules of one function."""
    return _asset(scope, "Code", dict(function_files(package)))


def function_files(package: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of a function's archive."""
    for source in (FUNCTIONS / package).rglob("*.py"):
        yield source.relative_to(FUNCTIONS).as_posix(), source.read_bytes()


def layer_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of the layer's archive."""
    for name in _SHARED:
        yield f"{_LAYER_FOLDER}/lake_common/{name}", (COMMON / "lake_common" / name).read_bytes()
    wanted = {f"lake_common/contracts/{name}.json" for name in _CONTRACTS}
    for name, content in contract_files(CONTRACTS):
        if name in wanted:
            yield f"{_LAYER_FOLDER}/{name}", content
    yield from powertools_files()


def common_files(packages: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each module of some packages of the common package, for a layer."""
    yield f"{_LAYER_FOLDER}/lake_common/__init__.py", (COMMON / "lake_common" / "__init__.py").read_bytes()
    for package in packages:
        for source in (COMMON / "lake_common" / package).rglob("*.py"):
            yield f"{_LAYER_FOLDER}/{source.relative_to(COMMON).as_posix()}", source.read_bytes()


def in_layer(name: str) -> str:
    """Name a file of the common package as a layer's archive has it."""
    return f"{_LAYER_FOLDER}/lake_common/{name}"


def powertools_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of Powertools that functions import, for a layer."""
    for package, pattern in (*((_POWERTOOLS, part) for part in _POWERTOOLS_PARTS), *_POWERTOOLS_NEEDS):
        folder = _installed(package)
        for source in folder.glob(pattern):
            yield f"{_LAYER_FOLDER}/{source.relative_to(folder.parent).as_posix()}", source.read_bytes()
    extensions = _installed("typing_extensions")
    yield f"{_LAYER_FOLDER}/{extensions.name}", extensions.read_bytes()


def _installed(name: str) -> Path:
    """Find an installed package's folder, or a module's file, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} must be installed to be packed; run: make install")
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def _asset(scope: Construct, construct_id: str, files: dict[str, bytes]) -> assets.Asset:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "code.zip"
        write_zip(archive, files)
        return assets.Asset(scope, construct_id, path=str(archive))

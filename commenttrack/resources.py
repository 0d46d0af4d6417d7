"""Where templates/, seeds/ and migrations/ lie: in the package when installed from a wheel, beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``templates``, ``seeds`` or ``migrations``."""
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"The folder {name}/ is missing beside {_PACKAGE}; the installation is incomplete.")

"""JSON from outside: files that people bring and answers of other people's services."""

import json
from typing import Any

from commenttrack.errors import BadInput


def read_json(data: bytes, *, name: str) -> Any:
    """The value that JSON text in UTF-8 stands for. Raises :class:`BadInput`, which calls the text by its name."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{name} is not whole JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8 text: byte {error.start} cannot be read.") from error
    except RecursionError as error:
        raise BadInput(f"{name} is nested too deeply to be read.") from error
    except ValueError as error:  # Python reads no number of thousands of digits
        raise BadInput(f"{name} cannot be read: {error}.") from error

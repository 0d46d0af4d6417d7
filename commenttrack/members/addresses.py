"""What an e-mail address looks like. Pure."""

import re

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")


def is_address(text: str) -> bool:
    """Whether mail could go there: one name, one host with a dot, and nothing around them."""
    return text.isprintable() and _ADDRESS.fullmatch(text) is not None

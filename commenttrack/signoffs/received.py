"""The mail or scan that a decision recorded by the staff rests on: what is taken, and how it is kept."""

import hashlib

from commenttrack.errors import BadInput
from commenttrack.signoffs.models import ReceivedFile
from commenttrack.storage import Storage

LARGEST = 10_485_760
"""Bytes."""
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".eml": "message/rfc822",
    ".msg": "application/vnd.ms-outlook",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
"""By the ending of the name; the file is kept and handed out as it is, never opened here."""


def received_file(name: str, data: bytes, *, storage: Storage) -> ReceivedFile:
    """Keep a file byte for byte; raises :class:`BadInput` for one that is empty, too large or of another kind."""
    name = name.replace("\\", "/").rpartition("/")[2][:200]
    ending = "." + name.rpartition(".")[2].casefold()
    if ending not in MEDIA_TYPES:
        raise BadInput(
            f"“{name}” is no mail, scan or document. Attach one of: {', '.join(sorted(e[1:] for e in MEDIA_TYPES))}."
        )
    if not data:
        raise BadInput(f"“{name}” is empty. Attach the mail as it came.")
    if len(data) > LARGEST:
        raise BadInput(f"“{name}” has {len(data):,} bytes, and {LARGEST:,} can be kept. Attach a smaller scan.")
    return ReceivedFile(
        name=name,
        media_type=MEDIA_TYPES[ending],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=storage.put(data),
    )

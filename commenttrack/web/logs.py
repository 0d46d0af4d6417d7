"""One line of JSON for each request. The token of a mailed link is never logged."""

import logging
import re
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

# Docket pages have short numbers in this place; a token has 43 characters.
_TOKEN = re.compile(r"(/(?:sign|answer)/)[^/?#\s\"']{20,}")
# A link that somebody typed or pasted wrong still holds its token, at an address of no page.
_ASTRAY = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])", re.ASCII)


def without_tokens(text: str) -> str:
    """The text with the token of every mailed link masked."""
    return _ASTRAY.sub("…", _TOKEN.sub(r"\1…", text))


def _mask(logger: object, name: str, event: Any) -> Any:
    return {key: without_tokens(value) if isinstance(value, str) else value for key, value in event.items()}


class _MaskTokens(logging.Filter):
    """Masks tokens in what servers and libraries log by the standard library."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = without_tokens(message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


def set_up(app: Flask) -> None:
    """Log requests, and mask tokens in what Flask, Werkzeug and waitress log."""
    for name in (app.logger.name, "werkzeug", "waitress"):
        logging.getLogger(name).addFilter(_MaskTokens())
    log = structlog.wrap_logger(
        logging.getLogger("commenttrack.web"),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    app.extensions["commenttrack.log"] = log

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _log(response: Response) -> Response:
        if request.endpoint not in ("static", "health.healthz", "health.readyz"):
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - g.started) * 1000),
            )
        return response

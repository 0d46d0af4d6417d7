"""Puts the app together."""

import datetime as dt
from collections.abc import Callable

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from commenttrack import resources
from commenttrack.config import Settings
from commenttrack.web import access, database, errors, logs, security, templating
from commenttrack.web.administration import administration
from commenttrack.web.answering import answering
from commenttrack.web.campaign import campaign
from commenttrack.web.clearing import clearing
from commenttrack.web.comparing import comparing
from commenttrack.web.conditions import conditions
from commenttrack.web.documents import documents
from commenttrack.web.exchange import exchange
from commenttrack.web.filing import filing
from commenttrack.web.forms import GREATEST_ROW
from commenttrack.web.health import health
from commenttrack.web.imports import imports
from commenttrack.web.letter_heads import letter_heads
from commenttrack.web.letters import letters
from commenttrack.web.mapping import mapping
from commenttrack.web.mapping_positions import mapping_positions
from commenttrack.web.matrix import matrix
from commenttrack.web.members import members
from commenttrack.web.position_upkeep import position_upkeep
from commenttrack.web.positions import positions
from commenttrack.web.questions import questions
from commenttrack.web.received_comments import received_comments
from commenttrack.web.redlines import redlines
from commenttrack.web.reminders import reminders
from commenttrack.web.reports import reports
from commenttrack.web.returned_files import returned_files
from commenttrack.web.rulemaking import rulemaking
from commenttrack.web.second_language import second_language
from commenttrack.web.settling import settling
from commenttrack.web.signing import signing
from commenttrack.web.signoffs import signoffs
from commenttrack.web.sources import sources
from commenttrack.web.stance_mails import stance_mails
from commenttrack.web.stances import stances
from commenttrack.web.suggesting import suggesting
from commenttrack.web.suspects import suspects
from commenttrack.web.verification import verification
from commenttrack.web.versions import versions

SUBJECTS = (
    health,
    rulemaking,
    imports,
    documents,
    settling,
    redlines,
    questions,
    positions,
    position_upkeep,
    sources,
    mapping,
    suggesting,
    exchange,
    received_comments,
    mapping_positions,
    matrix,
    suspects,
    letters,
    letter_heads,
    second_language,
    comparing,
    returned_files,
    versions,
    signoffs,
    campaign,
    clearing,
    conditions,
    signing,
    reminders,
    stances,
    stance_mails,
    answering,
    filing,
    verification,
    reports,
    members,
    administration,
)

LARGEST_REQUEST = 50_000_000
"""Bytes; the largest notices of the Federal Register are a tenth of it."""


class RowNumber(IntegerConverter):
    """A number in an address that a row may have; of a greater one there is no page, and no database to ask for it."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=GREATEST_ROW)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_app(settings: Settings, *, clock: Callable[[], dt.datetime] = _now) -> Flask:
    """The app for these settings. ``clock`` gives the moment of each request."""
    app = database.TransactionalFlask(
        "commenttrack.web", template_folder=str(resources.folder("templates")), static_folder="static"
    )
    app.url_map.converters["int"] = RowNumber
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = 4_000_000
    if settings.proxies:
        # Werkzeug counts from the near end, so what a client wrote into the headers itself is never believed.
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    database.furnish(app, settings, clock)
    logs.set_up(app)
    templating.set_up(app)
    app.before_request(access.guard)
    security.set_up(app, settings)
    for blueprint in SUBJECTS:
        app.register_blueprint(blueprint)
    errors.set_up(app)
    return app

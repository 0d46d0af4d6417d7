"""Default deny: each route says who may use it, and nobody else gets past the guard."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from commenttrack.members.permissions import Permission
from commenttrack.web.access import PUBLIC, SIGNED_IN, permission_of


@pytest.fixture
def outsider(app: Flask) -> FlaskClient:
    """Somebody without an account."""
    return app.test_client()


def addresses(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    """Endpoint and a well-formed address of every route that is not public and answers to the method."""
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC and method in (rule.methods or ()):
            yield rule.endpoint, urls.build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method)


def test_every_route_is_public_or_for_everybody_signed_in_or_asks_for_a_permission(app):
    """Routes that a library brings along and nobody named stay unmarked, which the guard refuses to everybody."""
    unmarked = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC | SIGNED_IN
        and app.view_functions[rule.endpoint].__module__.startswith("commenttrack.")
        and not isinstance(permission_of(app, rule.endpoint), Permission)
    ]
    assert unmarked == []


def test_no_exception_asks_for_a_permission_as_well(app):
    assert [endpoint for endpoint in PUBLIC | SIGNED_IN if permission_of(app, endpoint) is not None] == []


def test_every_exception_is_a_route(app):
    assert sorted((PUBLIC | SIGNED_IN) - set(app.view_functions)) == []


def test_a_page_sends_an_outsider_to_sign_in(app, outsider):
    answers = {endpoint: outsider.get(address) for endpoint, address in addresses(app, "GET")}
    wrong = {
        endpoint: answer.status
        for endpoint, answer in answers.items()
        if answer.status_code != 303 or not answer.headers["Location"].startswith("/sign-in")
    }
    assert answers
    assert wrong == {}


def test_a_change_by_an_outsider_is_not_there(app, outsider):
    answers = {endpoint: outsider.post(address) for endpoint, address in addresses(app, "POST")}
    assert answers
    assert {endpoint: answer.status for endpoint, answer in answers.items() if answer.status_code != 404} == {}


def test_every_permission_is_asked_for_somewhere(app):
    asked = {permission_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    assert set(Permission) - asked == set()

"""Signed messages: to a real server, dated and signed, tried again, never into one's own network or elsewhere."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.test import Client

from regulars.base.progress import unwatched
from regulars_web.company.models import Role, User
from regulars_web.rest import messages, post
from regulars_web.rest.models import Delivery, Endpoint
from regulars_web.rest.post import NotSent
from regulars_web.shared.clock import now
from regulars_web.shared.events import announce
from regulars_web.shared.lock import opened
from regulars_web.shared.models import Entry, Job

pytestmark = pytest.mark.django_db


class Other(BaseHTTPRequestHandler):
    """The other program: keeps what it gets, answers as told."""

    got: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []
    answers: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def other(settings: Any) -> Iterator[str]:
    """A server of its own; its name is allowed, as in the settings of a server with a till in its network."""
    settings.API_PRIVATE_HOSTS = ["localhost"]
    Other.got, Other.answers = [], []
    server = HTTPServer(("localhost", 0), Other)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://localhost:{server.server_port}/hook?x=1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_message_arrives_signed_and_names_nobody(other: str, folder: Path, person: Callable[..., User]) -> None:
    _, secret = messages.register(person(), url=other, events=["study.done", "strategy.approved"])
    announce("strategy", "approved", plan="plan-1", version=2)
    announce("strategy", "rejected", plan="plan-1")  # not asked for
    messages.work({}, unwatched)
    ((path, headers, body),) = Other.got
    assert path == "/hook?x=1" and headers["content-type"] == "application/json"
    told = json.loads(body)
    assert told["event"] == "strategy.approved" and told["data"] == {"plan": "plan-1", "version": 2}
    assert told["id"] == headers["webhook-id"]
    signed = messages.signature(secret, headers["webhook-id"], headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == signed
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.said, delivery.attempts) == ("taken", "204", 1)
    assert secret not in json.dumps(list(Entry.objects.values("about", "detail")))


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # The example of the specification: the library's own test vector.
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    found = messages.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_for_a_day_after_a_change(other: str, folder: Path, person: Callable[..., User]) -> None:
    by = person()
    endpoint, old = messages.register(by, url=other, events=["study.done"])
    new = messages.rotate(by, endpoint)
    messages.ping(by, endpoint)
    messages.work({}, unwatched)
    _, headers, body = Other.got[0]
    both = [messages.signature(s, headers["webhook-id"], headers["webhook-timestamp"], body) for s in (new, old)]
    assert headers["webhook-signature"].split() == both
    Endpoint.objects.update(before_until=now() - timedelta(seconds=1))
    messages.ping(by, endpoint)
    messages.work({}, unwatched)
    assert len(Other.got[1][1]["webhook-signature"].split()) == 1


def test_what_is_not_taken_is_tried_again_later_and_in_the_end_given_up(
    other: str, folder: Path, person: Callable[..., User], settings: Any
) -> None:
    settings.INLINE = False
    by = person()
    endpoint, _ = messages.register(by, url=other, events=["study.done"])
    Other.answers = [500, 302, *[503] * 20]
    messages.ping(by, endpoint)
    messages.work({}, unwatched)
    delivery = Delivery.objects.get()
    assert delivery.state == "waiting" and delivery.due_at > now() + timedelta(seconds=5)
    assert Job.objects.filter(kind="messages", not_before__isnull=False).count() <= 1
    messages.work({}, unwatched)
    assert len(Other.got) == 1, "not before it is due"
    for _ in range(10):
        Delivery.objects.filter(state="waiting").update(due_at=now())
        messages.work({}, unwatched)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("given_up", len(messages.WAITS) + 1)
    assert {path for path, _, _ in Other.got} == {"/hook?x=1"}, "a redirect is not followed"
    assert {h["webhook-id"] for _, h, _ in Other.got} == {str(delivery.message)}, "one message, one id"
    Other.answers = []
    messages.again(by, delivery)
    messages.work({}, unwatched)
    delivery.refresh_from_db()
    assert delivery.state == "taken"


def test_work_is_announced_and_failed_messages_are_not(
    other: str, folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    user = User.objects.get()
    messages.register(user, url=other, events=["job.failed", "study.done"])
    client.post("/study/new")  # there is nothing to study
    messages.hear("job.failed", {"job": 1, "kind": "messages"})
    assert [d.event for d in Delivery.objects.all()] == ["job.failed"]
    assert Delivery.objects.get().body["data"]["kind"] == "study"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "https"),
        ("https://user:pass@example.com/", "address"),
        ("https://", "address"),
        ("https://exa mple.com/", "address"),
        ("https://example.com:99999/", "address"),
        ("ftp://example.com/", "https"),
        ("javascript:alert(1)", "https"),
    ],
)
def test_addresses_that_are_none_are_refused(url: str, code: str) -> None:
    with pytest.raises(NotSent) as found:
        post.checked(url)
    assert found.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "224.0.0.1", "ff02::1"),
    ],
)
def test_ones_own_network_is_out_of_reach(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not post.public(address)
    found_at = [(0, 0, 0, "", ("93.184.215.14", 0)), (0, 0, 0, "", (address, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found_at)
    with pytest.raises(NotSent) as found:
        post.post("https://rebound.example/", b"{}", {})
    assert found.value.code == "private"


def test_pages_of_messages(other: str, folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    assert (
        "must begin with https"
        in client.post("/house/messages/new", {"url": "http://a.example", "events": ["study.done"]}).content.decode()
    )
    page = client.post("/house/messages/new", {"url": other, "events": ["study.done"]})
    endpoint = Endpoint.objects.get()
    secret = opened(endpoint.secret, messages.LOCK)
    assert secret in page.content.decode() and page["Cache-Control"] == "no-store"
    assert secret not in client.get(f"/house/messages/{endpoint.pk}").content.decode()
    client.post(f"/house/messages/{endpoint.pk}/ping")
    messages.work({}, unwatched)
    page_after = client.get(f"/house/messages/{endpoint.pk}").content.decode()
    assert "taken" in page_after and "Send again" in page_after
    client.post(f"/house/messages/sent/{Delivery.objects.get().pk}/again")
    client.post(f"/house/messages/{endpoint.pk}/rotate")
    client.post(f"/house/messages/{endpoint.pk}/remove")
    messages.work({}, unwatched)
    assert len(Other.got) == 1, "what waits is not sent to an address removed"
    assert client.get(f"/house/messages/{endpoint.pk}").status_code == 404
    assert signed_in(Role.PRIVACY).post("/house/messages/new", {}).status_code == 403

"""Outboxes: what a transaction decided to send is sent once it is committed, and only then."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.jobs.errors import Postponed, Undeliverable
from api.jobs.outbox_delivery import GIVE_UP_AFTER, KEEP_FAILED, OLDEST_TRANSACTION, OutboxDelivery
from api.jobs.outboxes import OUTBOX
from central.database import CENTRAL
from central.jobs.kinds import JobKind
from central.jobs.records import JobRecord
from central.jobs.runner import JobRunner
from central.jobs.store import JobStore
from central.jobs.tables import Job
from central.registry import TenantRef
from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope
from tests.api.conftest import ON_SQLITE, World

Sent = list[tuple[str, UUID, dict[str, Any]]]


class Office:
    """The outboxes of a world, and a handler for messages of the kind ``mail`` that records what it sends."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: Sent = []
        self.inside: tuple[str, ...] = ()
        self.fault: Exception | None = None
        self.while_sending: Callable[[], Awaitable[object]] | None = None

    async def handler(self, tenant: TenantRef, message_id: UUID, payload: dict[str, Any]) -> None:
        assert DB.is_bound
        if self.fault is not None:
            raise self.fault
        self.sent.append((tenant.slug, message_id, payload))
        if self.while_sending is not None:
            await self.while_sending()

    @asynccontextmanager
    async def tenant(self, slug: str = "acme") -> AsyncIterator[TenantScope]:
        tenant, platform = await self.world.tenant(slug), self.world.platform
        with CENTRAL.bind(platform.central_engine):
            async with platform.tenancy.use(tenant):
                yield TenantScope(tenant.id, tenant.slug, tenant.name)

    async def put(self, text: str = "hello", slug: str = "acme", kind: str = "mail") -> UUID:
        async with self.tenant(slug) as scope, DB.transaction():
            return await self.world.platform.outbox.put(scope, kind, {"text": text})

    async def run(self, *, when_due: bool = False) -> None:
        """Execute the jobs of outboxes, also those that are not due unless ``when_due``."""
        platform = self.world.platform
        deliver = OutboxDelivery(
            platform.registry,
            platform.tenancy,
            platform.vault.open,
            {"mail": self.handler, **dict.fromkeys(self.inside, self.handler)},
            inside=self.inside,
            patience=60,
        )
        kind = JobKind(name=OUTBOX, run=deliver, max_attempts=None)
        if not when_due:
            await self.world.run_jobs(kind)
            return
        with CENTRAL.bind(platform.central_engine):
            await JobRunner(JobStore(), [kind], size=2).drain()

    async def messages(self, slug: str = "acme") -> list[dict[str, Any]]:
        async with self.tenant(slug):
            return await OutboxMessage.select().order_by(OutboxMessage.id)

    async def change_messages(self, **values: Any) -> None:
        async with self.tenant():
            changes: dict[Any, Any] = dict(values)
            await OutboxMessage.update(changes, force=True)

    async def jobs(self) -> list[JobRecord]:
        with CENTRAL.bind(self.world.platform.central_engine):
            rows = await Job.select().where(Job.kind == OUTBOX).order_by(Job.id)
        return [JobRecord.of(row) for row in rows]

    async def age_requests(self, by: timedelta) -> None:
        with CENTRAL.bind(self.world.platform.central_engine):
            await Job.update({Job.enqueued_at: utc_now() - by}).where(Job.kind == OUTBOX)

    def texts(self) -> list[str]:
        return [payload["text"] for _, _, payload in self.sent]


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


async def test_messages_are_sent_with_their_ids_and_nothing_is_left(office: Office) -> None:
    first = await office.put("one")
    second = await office.put("two")
    other = await office.put("three", "demo")
    await office.run()
    assert sorted(office.sent, key=lambda one: one[1]) == [
        ("acme", first, {"text": "one"}),
        ("acme", second, {"text": "two"}),
        ("demo", other, {"text": "three"}),
    ]
    assert await office.messages() == await office.messages("demo") == []
    assert await office.jobs() == []


@ON_SQLITE
async def test_messages_are_stored_sealed(office: Office) -> None:
    await office.put("a one-time token")
    (message,) = await office.messages()
    assert "token" not in repr(message)


@ON_SQLITE
async def test_more_messages_than_are_sent_at_once(office: Office) -> None:
    async with office.tenant() as scope, DB.transaction():
        for number in range(120):
            await office.world.platform.outbox.put(scope, "mail", {"text": str(number)})
    await office.run()
    assert office.texts() == [str(number) for number in range(120)]
    assert await office.jobs() == []


@ON_SQLITE
async def test_a_message_whose_transaction_is_open_is_sent_after_its_commit(office: Office) -> None:
    marked, go = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        async with office.tenant() as scope, DB.transaction():
            await office.world.platform.outbox.put(scope, "mail", {"text": "late"})
            marked.set()
            await go.wait()

    writing = asyncio.create_task(slowly())
    await marked.wait()
    pauses = []
    for _ in range(3):
        before = utc_now()
        await office.run()
        (job,) = await office.jobs()
        assert job.due_at is not None
        pauses.append((job.due_at - before).total_seconds())
    assert office.sent == []
    assert 1 <= pauses[0] < 2 <= pauses[1] < 4 <= pauses[2] < 8
    go.set()
    await writing
    await office.run()
    assert office.texts() == ["late"]
    assert await office.jobs() == []


@ON_SQLITE
async def test_the_note_of_a_transaction_that_was_rolled_back_goes_when_none_can_be_so_old(
    office: Office,
) -> None:
    async def fail() -> None:
        async with office.tenant() as scope, DB.transaction():
            await office.world.platform.outbox.put(scope, "mail", {"text": "never"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await office.run()
    await office.age_requests(OLDEST_TRANSACTION - timedelta(minutes=1))
    await office.run()
    assert len(await office.jobs()) == 1
    await office.put("another")
    await office.run()
    assert office.texts() == ["another"]
    assert len(await office.jobs()) == 1, "one of the two was not found"
    await office.age_requests(OLDEST_TRANSACTION)
    await office.run()
    assert await office.jobs() == []


async def test_a_message_that_is_put_while_the_outbox_is_drained_is_sent(office: Office) -> None:
    async def put_another() -> None:
        office.while_sending = None
        await office.put("second")

    office.while_sending = put_another
    await office.put("first")
    await office.run()
    assert office.texts() == ["first", "second"]
    assert await office.messages() == []
    assert await office.jobs() == []


@ON_SQLITE
async def test_a_postponed_message_is_tried_again_after_pauses_that_grow(office: Office) -> None:
    id_ = await office.put()
    office.fault = Postponed("The mail server does not respond.")
    pauses = []
    for attempt in (1, 2, 3):
        before = utc_now()
        await office.change_messages(due_at=before)
        await office.run()
        (message,) = await office.messages()
        assert (message["attempts"], message["failed_at"]) == (attempt, None)
        assert message["error"] == "The mail server does not respond."
        pauses.append((message["due_at"] - before).total_seconds())
        (job,) = await office.jobs()
        assert (job.state, job.due_at) == ("waiting", message["due_at"])
    assert 1 <= pauses[0] < 2 <= pauses[1] < 4 <= pauses[2]
    office.fault = None
    await office.change_messages(due_at=utc_now())
    await office.run()
    assert [one[1] for one in office.sent] == [id_]
    assert await office.jobs() == []


@ON_SQLITE
async def test_why_messages_wait_is_in_the_job_and_a_retry_sends_them_at_once(office: Office) -> None:
    await office.put("first")
    await office.put("second")
    office.fault = Postponed("The mail server does not respond.", timedelta(hours=1))
    await office.run()
    (job,) = await office.jobs()
    assert (job.state, job.error) == ("waiting", "The mail server does not respond.")
    office.fault = None
    await office.run(when_due=True)
    assert office.sent == []
    async with office.world.operator() as operator:
        assert (await operator.post(f"/setup/jobs/{job.id}/retry")).status_code == 200
    await office.run(when_due=True)
    assert office.texts() == ["first", "second"]
    assert await office.jobs() == []


@ON_SQLITE
async def test_a_further_message_does_not_make_the_postponed_ones_due(office: Office) -> None:
    await office.put("first")
    office.fault = Postponed("The mail server does not respond.", timedelta(hours=1))
    await office.run()
    office.fault = None
    await office.put("second")
    await office.run()
    assert office.texts() == ["second"]


@ON_SQLITE
async def test_a_handler_may_say_for_how_long_a_message_is_postponed(office: Office) -> None:
    await office.put()
    office.fault, before = Postponed("Too many.", timedelta(minutes=7)), utc_now()
    await office.run()
    (message,) = await office.messages()
    assert timedelta(minutes=7) <= message["due_at"] - before < timedelta(minutes=8)


@ON_SQLITE
async def test_one_message_that_fails_does_not_keep_the_others_from_being_sent(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.fault = ZeroDivisionError("a secret")
    first = await office.put("first")
    await office.run()
    office.fault = None
    await office.put("second")
    await office.run()
    assert office.texts() == ["second"]
    (message,) = await office.messages()
    assert (message["id"], message["error"]) == (first, "ZeroDivisionError")
    assert "was not sent" in caplog.text


@ON_SQLITE
async def test_an_undeliverable_message_is_kept_for_30_days_and_reported(office: Office) -> None:
    await office.put()
    office.fault = Undeliverable("There is no such address.")
    await office.run()
    (message,) = await office.messages()
    assert message["error"] == "There is no such address."
    assert message["due_at"] - message["failed_at"] == KEEP_FAILED == timedelta(days=30)
    (job,) = await office.jobs()
    assert (job.state, job.due_at, job.error) == (
        "waiting",
        message["due_at"],
        "1 could not be delivered: There is no such address.",
    )
    await office.run()
    assert len(await office.messages()) == 1
    await office.change_messages(due_at=utc_now())
    await office.run()
    assert office.sent == []
    assert await office.messages() == []
    assert await office.jobs() == []


@ON_SQLITE
async def test_a_message_that_was_postponed_for_days_is_given_up(office: Office) -> None:
    await office.put()
    await office.change_messages(created_at=utc_now() - GIVE_UP_AFTER)
    office.fault = Postponed("The mail server does not respond.")
    await office.run()
    (message,) = await office.messages()
    assert message["failed_at"] is not None


@ON_SQLITE
async def test_a_message_that_nothing_sends_stays_and_is_reported(office: Office) -> None:
    await office.put(kind="fax")
    await office.put("mail")
    await office.run()
    assert office.texts() == ["mail"]
    assert [one["kind"] for one in await office.messages()] == ["fax"]
    (job,) = await office.jobs()
    assert job.error == "Nothing sends messages of the kind fax."


@ON_SQLITE
async def test_a_message_that_cannot_be_opened_fails(office: Office) -> None:
    await office.put()
    await office.change_messages(payload="v1.k1.AAAA")
    await office.run()
    (message,) = await office.messages()
    assert (message["failed_at"] is not None, "SealBroken" in message["error"]) == (True, True)


@ON_SQLITE
async def test_the_outbox_of_a_suspended_tenant_waits(office: Office) -> None:
    await office.put()
    operator, tenant_id = office.world.operator(), await office.world.tenant_id("acme")
    assert (await operator.post(f"/setup/tenants/{tenant_id}/suspend")).status_code == 200
    await office.run()
    (job,) = await office.jobs()
    assert (office.sent, job.state, job.error) == ([], "waiting", "The tenant is suspended.")
    assert (await operator.post(f"/setup/tenants/{tenant_id}/resume")).status_code == 200
    await office.run()
    assert office.texts() == ["hello"]


@ON_SQLITE
async def test_the_outbox_of_a_deleted_tenant_is_dropped(office: Office) -> None:
    await office.put()
    tenant_id = await office.world.tenant_id("acme")
    assert (await office.world.operator().delete(f"/setup/tenants/{tenant_id}")).status_code == 200
    await office.run()
    assert office.sent == []
    assert await office.jobs() == []


@ON_SQLITE
async def test_a_tenant_that_is_deleted_while_its_messages_are_sent(office: Office) -> None:
    async def delete() -> None:
        office.while_sending = None
        platform, tenant = office.world.platform, await office.world.tenant("acme")
        await platform.engines.disconnect(tenant)
        deleting.append(asyncio.create_task(platform.provisioning.delete(tenant.id)))
        await asyncio.sleep(0)

    deleting: list[asyncio.Task[Any]] = []
    office.while_sending = delete
    for _ in range(2):
        await office.put()
    await office.run()
    await asyncio.gather(*deleting)
    await office.run()
    assert await office.jobs() == []
    assert len(office.sent) <= 2

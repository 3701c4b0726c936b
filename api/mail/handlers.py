"""The handlers of the outbox's messages that are mails, or lead to mails."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast
from uuid import UUID

import msgspec

from api.jobs.outboxes import MessageHandler
from central.registry import TenantRef
from central.settings.settings import Settings
from tenant_schema.scope import TenantScope
from tenant_schema.users.account.forgotten import ForgottenPasswords
from tenant_schema.users.mails import FORGOTTEN, MAIL, PasswordForgotten
from tenant_schema.users.tenant_settings.service import TenantSettingsService

__all__ = ["message_handlers"]


def message_handlers(
    settings: Settings, forgotten: ForgottenPasswords, tenant_settings: TenantSettingsService
) -> Mapping[str, MessageHandler]:
    """Return what sends messages, by the kind of message."""
    return {
        MAIL: _MailHandler(settings, tenant_settings),
        FORGOTTEN: _ForgottenHandler(forgotten),
    }


class _MailHandler:
    """Sends a mail. What that needs is imported with the first one, in a thread: it takes 200 ms."""

    def __init__(self, settings: Settings, tenant_settings: TenantSettingsService) -> None:
        self._settings = settings
        self._tenant_settings = tenant_settings
        self._send: MessageHandler | None = None

    async def __call__(self, tenant: TenantRef, message_id: UUID, payload: dict[str, Any]) -> None:
        if self._send is None:
            module = await asyncio.to_thread(import_module, "api.mail.delivery")
            delivery = module.Delivery(self._settings, presentation=self._tenant_settings.presentation)
            self._send = cast("MessageHandler", delivery.send)
        await self._send(tenant, message_id, payload)


class _ForgottenHandler:
    """Creates the reset link of a request, if a user has its address."""

    def __init__(self, forgotten: ForgottenPasswords) -> None:
        self._forgotten = forgotten

    async def __call__(self, tenant: TenantRef, _message_id: UUID, payload: dict[str, Any]) -> None:
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        await self._forgotten.create_link(scope, msgspec.convert(payload, PasswordForgotten).email)

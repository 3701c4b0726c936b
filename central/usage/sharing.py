"""The exchange of counters between processes, through the central database."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from piccolo.query.mixins import OnConflictAction

from central.plans.tables import ProcessUse
from central.usage.rate import Counters
from piccolo_engines.columns import utc_now

__all__ = ["forget_ended", "read_counters", "write_counters"]

_KEPT: Final = timedelta(minutes=15)


async def write_counters(counted: Mapping[str, tuple[UUID, Counters]]) -> None:
    """Write this process's counters, by their keys. One statement."""
    rows = [
        ProcessUse(
            key=key,
            tenant_id=tenant_id,
            beat=counters.beat,
            asked=counters.asked,
            admitted=counters.admitted,
            running=counters.running,
            tokens=counters.tokens,
            rows_added=counters.rows_added,
            rows_open=counters.rows_open,
            updated_at=utc_now(),
        )
        for key, (tenant_id, counters) in counted.items()
    ]
    columns = [
        *(ProcessUse.beat, ProcessUse.asked, ProcessUse.admitted, ProcessUse.running),
        *(ProcessUse.tokens, ProcessUse.rows_added, ProcessUse.rows_open, ProcessUse.updated_at),
    ]
    await ProcessUse.insert(*rows).on_conflict(
        target=ProcessUse.key, action=OnConflictAction.do_update, values=columns
    )


async def read_counters(tenant_ids: Sequence[UUID]) -> dict[UUID, dict[str, Counters]]:
    """Return the counters of all processes, by tenant and key. One statement."""
    rows = await ProcessUse.select().where(ProcessUse.tenant_id.is_in(list(tenant_ids)))
    found: dict[UUID, dict[str, Counters]] = {tenant_id: {} for tenant_id in tenant_ids}
    for row in rows:
        found[row["tenant_id"]][row["key"]] = Counters(
            *(row["beat"], row["asked"], row["admitted"], row["running"], row["tokens"]),
            *(row["rows_added"], row["rows_open"]),
        )
    return found


async def forget_ended() -> None:
    """Delete counters that no process has written for a while. One statement."""
    await ProcessUse.delete().where(ProcessUse.updated_at < utc_now() - _KEPT)

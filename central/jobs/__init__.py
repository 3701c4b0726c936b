"""Jobs: work that outlives a request, as rows of the central database that any process may take up.

A kind of job is a :class:`~central.jobs.kinds.JobKind`: its name (``<subject>.<verb>``, such as
``tenant.delete``) and a function that gets a :class:`~central.jobs.claims.Claim`::

    async def rebuild(claim: Claim) -> Outcome:
        tenant = await registry.get(claim.job.tenant_id)
        start = claim.job.cursor or 0
        for position, part in enumerate(parts[start:], start + 1):
            await rebuild_part(tenant, part)
            await claim.progress(position, len(parts), "parts", cursor=position)
        return Done({"parts": len(parts)})

    kind = JobKind(name="index.rebuild", run=rebuild)
    id_ = await jobs.enqueue(NewJob(kind="index.rebuild", tenant_id=tenant.id, tenant_slug=tenant.slug))

The function may be stopped anywhere, by SIGKILL as well, and is then called again, in this or another
process: what it does must be safe to repeat from the last recorded cursor. Work that consists of steps that
can be undone uses :class:`~central.jobs.steps.StepLog` and :mod:`central.jobs.pipeline`.
"""

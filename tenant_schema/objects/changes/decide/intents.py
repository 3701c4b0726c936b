"""Builds the intent of a decision: checks the data, and lists the operations of the change."""

from tenant_schema.objects.changes.decide.data_checks import (
    count_records,
    count_values,
    refuse_doubles,
    refuse_misfits,
)
from tenant_schema.objects.changes.decide.decisions import Decision
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.diff import difference
from tenant_schema.objects.changes.decide.intent import Intent, row_changes
from tenant_schema.objects.changes.decide.operations import NumberRecords
from tenant_schema.objects.errors import WouldBreakData, WouldLoseData
from tenant_schema.objects.model.model import FieldModel

__all__ = ["added_number", "intent_of", "refuse_by_data"]


async def refuse_by_data(decision: Decision, confirm: str | None, dialect: Dialect) -> None:
    """Check that existing records permit the change.

    :param confirm: the name of the object or field whose data may be deleted.
    :raises WouldBreakData: records do not fit the new definition.
    :raises WouldLoseData: records or values would be deleted, and that is not confirmed.
    """
    if decision.is_new:
        return
    model = decision.before.model(decision.object)
    if decision.added is not None:
        await _refuse_empty(decision)
    if decision.after_name is not None:
        await _refuse_doubles(decision, decision.after_name)
    if decision.changed is not None and decision.after_name is not None:
        old, new = decision.changed
        changed = decision.after.model(decision.after_name).fields[new]
        await refuse_misfits(model, model.fields[old], changed, decision.after.tables(), dialect)
    if decision.dropped is not None and confirm != decision.dropped:
        held = await count_values(model, model.fields[decision.dropped])
        if held:
            raise WouldLoseData(decision.dropped, held)
    if decision.after_name is None and confirm != decision.object:
        held = await count_records(model)
        if held:
            raise WouldLoseData(decision.object, held)


async def _refuse_doubles(decision: Decision, after_name: str) -> None:
    """Refuse new unique indexes over values that records have in common."""
    before, after = decision.before.model(decision.object), decision.after.model(after_name)
    if decision.changed is not None:
        return  # indexes at most follow the name of a field
    for index in after.indexes:
        if index.unique and not any(one.unique and one.is_over(index.names) for one in before.indexes):
            await refuse_doubles(before, index)


async def _refuse_empty(decision: Decision) -> None:
    """Refuse a required field without a default when the object has records."""
    field = _added(decision)
    if not field.required or field.default is not None or field.type.name == "auto_number":
        return
    model = decision.before.model(decision.object)
    count = await count_records(model, with_trash=False)
    if count:
        identity = model.columns["id"]
        rows = await model.table.select(identity).order_by(identity).limit(5)
        why = f"{field.name} is to be required, and has no default"
        raise WouldBreakData(field.name, count, [row["id"] for row in rows], why)


def _added(decision: Decision) -> FieldModel:
    assert decision.added is not None
    assert decision.after_name is not None
    return decision.after.model(decision.after_name).fields[decision.added]


def added_number(decision: Decision) -> FieldModel | None:
    """The added field, if it is an auto_number; otherwise None."""
    field = None if decision.added is None else _added(decision)
    return field if field is not None and field.type.name == "auto_number" else None


async def intent_of(decision: Decision, dialect: Dialect) -> Intent:
    """The rows and operations of the change."""
    old = None if decision.is_new else decision.before.shape(decision.object)
    new = None if decision.after_name is None else decision.after.shape(decision.after_name)
    steps = difference(old, new, dialect, await _defaults(decision, dialect))
    field = added_number(decision)
    if field is not None:
        assert new is not None
        numbering = NumberRecords(new.name, str(field.id), field.column_name)
        steps.before.append(numbering)
        steps.after.append(numbering)  # those that were made meanwhile
    before, after = decision.before.rows, decision.after.rows
    return Intent(
        kind=decision.kind,
        object=decision.object,
        before=steps.before,
        after=steps.after,
        objects=row_changes([row for row, _ in before], [row for row, _ in after]),
        fields=row_changes(
            [field for _, fields in before for field in fields],
            [field for _, fields in after for field in fields],
        ),
        names=decision.names,
        created=decision.after_name if decision.is_new else None,
    )


async def _defaults(decision: Decision, dialect: Dialect) -> dict[str, str]:
    """The value of existing records in a new field, as a literal, by column: the field's default in stored
    form.

    Lookups are left out: no database checks the reference of a default when a column is added.
    """
    if decision.added is None:
        return {}
    field = _added(decision)
    if field.default is None or field.type.name == "lookup":
        return {}
    stored = field.type.parse(field.default, field)
    return {field.column_name: await dialect.literal(stored)}

import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/NumberInput.css";
import "@mantine/core/styles/Radio.css";
import "@mantine/core/styles/RadioIndicator.css";
import "@mantine/core/styles/Switch.css";

import { NumberInput, Radio, Select, Stack, Switch, Text, Textarea, TextInput, Title } from "@mantine/core";

import type { Field } from "~/api";
import { FieldInput } from "~/fields/FieldInput";
import { m } from "~/paraglide/messages";
import type { FieldDraft } from "~/setup/objects/fieldDraft";
import {
  canBeRequired, canBeSearched, canBeUnique, canHaveDefault, canHaveIndex, isBuiltIn, isIndexable, MOST_LENGTH,
} from "~/setup/objects/fieldTypes";
import { NameInput } from "~/setup/objects/NameInput";
import { numberText } from "~/setup/objects/numberFormat";
import { bodyOf as optionsBody } from "~/setup/objects/optionList";
import { OptionsEditor } from "~/setup/objects/OptionsEditor";
import type { Definition } from "~/setup/objects/queries";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

export const FIELD_INPUTS = [
  "label", "name", "description", "type", "required", "unique", "index", "searchable", "history", "default", "maxLength", "precision", "scale",
  "options", "target", "onDelete", "format", "start", "translations",
] as const;

interface Props {
  draft: FieldDraft;
  onChange: (part: Partial<FieldDraft>) => void;
  /** By input. */
  errors: Partial<Record<string, string>>;
  /** Whether every tenant has the field, so that part of it stays as it is. */
  isStandard: boolean;
  /** What to say about the name. */
  nameHelp: string;
  showFaults: boolean;
  objects: readonly Definition[];
  autoFocus?: boolean;
}

/** The inputs of a field; those of its type's settings in the middle. */
export function FieldForm(props: Props) {
  const { draft, onChange, errors, isStandard } = props;
  const isGenerated = draft.type === "auto_number";
  return (
    <Stack>
      <TextInput label={m.field_label()} required maxLength={100} value={draft.label} error={errors.label ?? null} data-autofocus={props.autoFocus || undefined} autoFocus={props.autoFocus ?? false} onChange={(event) => onChange({ label: event.currentTarget.value })} />
      <NameInput description={props.nameHelp} isKept={isStandard} value={draft.name} error={errors.name} onChange={(name) => onChange({ name })} />
      <Textarea label={m.field_description()} description={m.field_description_help()} autosize minRows={1} maxRows={5} maxLength={500} value={draft.description} error={errors.description ?? null} onChange={(event) => onChange({ description: event.currentTarget.value })} />
      <TranslationsInput texts={{ label: m.field_label(), description: m.field_description() }} value={draft.translations} error={errors.translations} onChange={(translations) => onChange({ translations })} />
      {isBuiltIn(draft.type) && <Settings {...props} />}
      {canHaveDefault(draft) && isBuiltIn(draft.type) && <DefaultInput draft={draft} onChange={onChange} error={errors.default} />}
      <Title order={2} mt="sm">
        {m.field_rules()}
      </Title>
      {canBeRequired(draft) && <Rule name="required" label={m.field_required()} help={m.field_required_help()} {...props} />}
      {canBeUnique(draft) && <Rule name="unique" label={m.field_unique()} help={isStandard ? m.field_kept() : m.field_unique_help()} disabled={isStandard} {...props} />}
      {canHaveIndex(draft) && !draft.unique && <Rule name="index" label={m.field_index()} help={m.field_index_help()} {...props} />}
      {canBeSearched(draft) && <Rule name="searchable" label={m.field_searchable()} help={m.field_searchable_help()} {...props} />}
      <Rule name="history" label={m.field_history()} help={m.field_history_help()} {...props} />
      {isGenerated && (
        <Text size="sm" c="dimmed">
          {m.field_generated()}
        </Text>
      )}
      {draft.type === "text" && !isIndexable(draft) && (
        <Text size="sm" c="dimmed">
          {m.field_too_long_for_index()}
        </Text>
      )}
    </Stack>
  );
}

type Flag = "required" | "unique" | "index" | "searchable" | "history";

function Rule({ name, label, help, disabled = false, draft, onChange, errors }: Props & { name: Flag; label: string; help: string; disabled?: boolean }) {
  return <Switch label={label} description={help} checked={draft[name]} disabled={disabled} error={errors[name] ?? null} onChange={(event) => onChange({ [name]: event.currentTarget.checked })} />;
}

function Settings({ draft, onChange, errors, isStandard, showFaults, objects }: Props) {
  switch (draft.type) {
    case "text":
    case "long_text":
      return <WholeNumber name="maxLength" label={m.field_max_length()} help={m.field_max_length_help({ most: MOST_LENGTH[draft.type] ?? 0 })} least={1} most={MOST_LENGTH[draft.type] ?? 1} draft={draft} onChange={onChange} errors={errors} disabled={isStandard} />;
    case "decimal":
      return (
        <>
          <WholeNumber name="precision" label={m.field_precision()} help={m.field_precision_help()} least={1} most={38} draft={draft} onChange={onChange} errors={errors} disabled={isStandard} />
          <WholeNumber name="scale" label={m.field_scale()} help={m.field_scale_help()} least={0} most={Math.min(30, Number(draft.precision) || 30)} draft={draft} onChange={onChange} errors={errors} disabled={isStandard} />
        </>
      );
    case "select":
    case "multi_select":
      return <OptionsEditor options={draft.options} onChange={(options) => onChange({ options })} error={errors.options} showFaults={showFaults} />;
    case "lookup":
      return <LookupSettings draft={draft} onChange={onChange} errors={errors} isStandard={isStandard} objects={objects} />;
    case "auto_number":
      return <NumberSettings draft={draft} onChange={onChange} errors={errors} />;
    default:
      return null;
  }
}

interface NumberProps extends Pick<Props, "draft" | "onChange" | "errors"> {
  name: "maxLength" | "precision" | "scale" | "start";
  label: string;
  help: string;
  least: number;
  most: number;
  disabled?: boolean;
}

function WholeNumber({ name, label, help, least, most, disabled = false, draft, onChange, errors }: NumberProps) {
  return (
    <NumberInput label={label} description={disabled ? m.field_kept() : help} maw={280} min={least} max={most} allowDecimal={false} value={draft[name] ?? ""} disabled={disabled} error={errors[name] ?? null} onChange={(value) => onChange({ [name]: value })} />
  );
}

function LookupSettings({ draft, onChange, errors, isStandard, objects }: Pick<Props, "draft" | "onChange" | "errors" | "isStandard" | "objects">) {
  const targets = [{ value: "users", label: m.field_target_users() }, ...objects.map((one) => ({ value: one.name, label: one.pluralLabel }))];
  return (
    <>
      <Select label={m.field_target()} description={isStandard ? m.field_kept() : m.field_target_help()} required searchable data={targets} value={draft.target ?? null} disabled={isStandard} placeholder={m.choose()} error={errors.target ?? null} onChange={(target) => target && onChange({ target, default: null })} />
      <Radio.Group label={m.field_on_delete()} description={isStandard ? m.field_kept() : m.field_on_delete_help()} value={draft.onDelete ?? "set_null"} error={errors.onDelete ?? null} onChange={(onDelete) => onChange({ onDelete })}>
        <Stack gap="xs" mt="xs">
          <Radio value="set_null" label={m.field_on_delete_set_null()} disabled={isStandard} />
          <Radio value="restrict" label={m.field_on_delete_restrict()} disabled={isStandard} />
          <Radio value="cascade" label={m.field_on_delete_cascade()} disabled={isStandard} />
        </Stack>
      </Radio.Group>
    </>
  );
}

function NumberSettings({ draft, onChange, errors }: Pick<Props, "draft" | "onChange" | "errors">) {
  const example = numberText(draft.format ?? "", Math.max(Number(draft.start) || 0, 0), new Date());
  return (
    <>
      <TextInput label={m.field_format()} description={m.field_format_help()} required maxLength={40} value={draft.format ?? ""} error={errors.format ?? (example === null ? m.field_format_invalid() : null)} onChange={(event) => onChange({ format: event.currentTarget.value })} />
      {example !== null && (
        <Text size="sm" c="dimmed" mt={-8}>
          {m.field_format_example({ example })}
        </Text>
      )}
      <WholeNumber name="start" label={m.field_start()} help={m.field_start_help()} least={0} most={1e15} draft={draft} onChange={onChange} errors={errors} />
    </>
  );
}

/** What new records get: the input of the type itself. */
function DefaultInput({ draft, onChange, error }: { draft: FieldDraft; onChange: (part: Partial<FieldDraft>) => void; error: string | undefined }) {
  if (draft.type === "boolean") {
    return (
      <Select
        label={m.field_default()}
        description={m.field_default_help()}
        maw={280}
        data={[{ value: "", label: m.field_default_none() }, { value: "true", label: m.yes() }, { value: "false", label: m.no() }]}
        allowDeselect={false}
        value={draft.default === null ? "" : String(draft.default)}
        error={error ?? null}
        onChange={(value) => onChange({ default: value === "" || value === null ? null : value === "true" })}
      />
    );
  }
  if ((draft.type === "select" || draft.type === "multi_select") && draft.options.length === 0) return null;
  if (draft.type === "lookup" && !draft.target) return null;
  const field = {
    name: "default", label: m.field_default(), type: draft.type, options: optionsBody(draft.options).filter((one) => one.value !== "" && !one.archived), target: draft.target,
    maxLength: Number(draft.maxLength) || undefined, required: false,
  } as unknown as Field;
  return (
    <div>
      <FieldInput field={field} labelled value={draft.default} error={error} onChange={(value) => onChange({ default: value })} />
      <Text size="xs" c="dimmed" mt={4}>
        {m.field_default_help()}
      </Text>
    </div>
  );
}

import { Button, Menu, Stack, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, type View } from "~/api";
import { messageOf } from "~/app/messages";
import { both, toJson } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import type { ListSearch } from "~/records/list/search";
import type { ListShape } from "~/records/list/shape";

interface Props {
  object: string;
  views: View[];
  current: View | undefined;
  shape: ListShape;
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
}

/** The saved views of the list. Changes stay the user's own until they are saved. */
export function ViewsMenu({ object, views, current, shape, search, onSearch }: Props) {
  const client = useQueryClient();
  const isChanged = Boolean(search.filter ?? search.sort ?? search.cols);
  const content = {
    columns: shape.columns.map((one) => one.name),
    sort: shape.sort,
    filter: both(current?.filter ?? {}, toJson(shape.conditions)),
  };
  const refresh = () => client.invalidateQueries({ queryKey: ["views", object] });

  const saveNew = () =>
    modals.open({
      title: m.save_view(),
      children: (
        <NameForm
          onSave={async (label) => {
            const { data } = await api.POST("/api/v1/views", { body: { object, label, ...content } as never });
            await refresh();
            modals.closeAll();
            onSearch({ view: (data as unknown as View).id });
          }}
        />
      ),
    });
  const update = async () => {
    try {
      await api.PATCH("/api/v1/views/{view}", { params: { path: { view: current!.id } }, body: content as never });
      await refresh();
      onSearch({ view: current!.id });
    } catch (error) {
      notifications.show({ color: "red", message: m.not_saved({ reason: messageOf(error) }) });
    }
  };
  const remove = async () => {
    await api.DELETE("/api/v1/views/{view}", { params: { path: { view: current!.id } } });
    await refresh();
    onSearch({});
  };

  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button size="xs" variant="default" title={m.views()}>
          {current?.label ?? m.all_records()}
          {isChanged && " •"}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onSearch({})}>{m.all_records()}</Menu.Item>
        {views.map((one) => (
          <Menu.Item key={one.id} onClick={() => onSearch({ view: one.id })}>
            {one.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        {current?.mine && isChanged && <Menu.Item onClick={() => void update()}>{m.update_view()}</Menu.Item>}
        <Menu.Item onClick={saveNew}>{m.save_view()}</Menu.Item>
        {current?.mine && (
          <Menu.Item color="red" onClick={() => void remove()}>
            {m.delete_view()}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function NameForm({ onSave }: { onSave: (label: string) => Promise<void> }) {
  const [label, setLabel] = useState("");
  const [error, setError] = useState("");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      await onSave(label);
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput label={m.view_name()} required data-autofocus value={label} error={error || null} onChange={(event) => setLabel(event.currentTarget.value)} />
        <Button type="submit">{m.save()}</Button>
      </Stack>
    </form>
  );
}

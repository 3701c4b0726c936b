import { Button, Group, Menu, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode, RefObject } from "react";

import type { Field } from "~/api";
import { FilterBar } from "~/filters/FilterBar";
import type { Conditions } from "~/filters/filter";
import { m } from "~/paraglide/messages";
import { exportAddress } from "~/records/list/exporting";
import type { ListShape } from "~/records/list/shape";
import { currentStyle } from "~/records/style";
import { useKeys } from "~/shell/keys";

interface Props {
  object: string;
  /** The id of the view: another one has other words. */
  view: string | undefined;
  title: string;
  star: ReactNode;
  /** The objects' plural label. */
  objects: string;
  fields: Field[];
  shape: ListShape;
  mayCreate: boolean;
  mayImport: boolean;
  /** The input of the words to search for. */
  words: RefObject<HTMLInputElement | null>;
  onWords: (words: string) => void;
  onConditions: (conditions: Conditions) => void;
  onSummary: () => void;
  columns: ReactNode;
  total: ReactNode;
}

/** What is above a list: search, filter, columns, and what can be done with all of it. */
export function ListBar({ object, view, title, star, objects, fields, shape, mayCreate, mayImport, words, onWords, onConditions, onSummary, columns, total }: Props) {
  const navigate = useNavigate();
  const search = useDebouncedCallback(onWords, 250);
  const create = () => void navigate({ to: "/o/$object/new", params: { object } });
  useKeys({ "/": () => words.current?.focus(), ...(mayCreate ? { c: create } : {}) });
  return (
    <div className="list-bar no-print">
      <Title order={1} mr="sm">
        {title}
      </Title>
      {star}
      <TextInput
        key={view}
        ref={words}
        className="words"
        size="xs"
        type="search"
        placeholder={m.search()}
        aria-label={m.search_in({ objects })}
        defaultValue={shape.search}
        onChange={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <FilterBar fields={fields} conditions={shape.conditions} onChange={onConditions} waits />
      {columns}
      <Group gap="xs" ml="auto">
        {total}
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="xs" variant="default">
              {m.more()}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onSummary}>{m.summary()}</Menu.Item>
            {mayImport && <Menu.Item renderRoot={(props) => <Link to="/o/$object/import" params={{ object }} {...props} />}>{m.import_()}</Menu.Item>}
            <Menu.Item component="a" href={exportAddress(object, shape, currentStyle().locale)} download>
              {m.export_()}
            </Menu.Item>
            <Menu.Item onClick={() => globalThis.print()}>{m.print_()}</Menu.Item>
            <Menu.Item renderRoot={(props) => <Link to="/o/$object/trash" params={{ object }} {...props} />}>{m.trash()}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        {mayCreate && (
          <Button size="xs" onClick={create}>
            {m.new_()}
          </Button>
        )}
      </Group>
    </div>
  );
}

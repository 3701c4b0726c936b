import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { m } from "~/paraglide/messages";
import { getLocale } from "~/paraglide/runtime";
import { labels, textOf, useIndexChange } from "~/setup/objects/IndexesTab";
import { readIndex, readPart } from "~/setup/objects/indexes";
import { NOTHING_REFUSED, refusedOf } from "~/setup/objects/problems";
import { adviceQuery, type Advice, type Definition } from "~/setup/objects/queries";
import { Refusals } from "~/setup/objects/Refusals";
import { useReview } from "~/setup/objects/useReview";
import { EmptyState, ErrorState, LoadingState } from "~/setup/pieces/states";

/** Indexes that lists lack, from what was asked. */
export function AdviceTab({ definition, etag }: { definition: Definition; etag: string | null }) {
  const { data, error, refetch } = useQuery(adviceQuery(definition.name));
  const review = useReview();
  const changeTo = useIndexChange({ definition, etag });
  const label = labels(definition);
  if (!data && error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingState />;
  return (
    <Stack>
      <Text size="sm" c="dimmed" maw="42rem">
        {m.advice_help()}
      </Text>
      <Refusals refused={review.error ? refusedOf(review.error, []) : NOTHING_REFUSED} object={definition.name} />
      {data.length === 0 && <EmptyState text={m.advice_none()} />}
      {data.length > 0 && (
        <ul className="setup-rows">
          {data.map((one) => {
            const name = textOf(readIndex(one.index), label);
            return (
              <li key={name}>
                <Group justify="space-between" align="flex-start" gap="xs">
                  <div style={{ flex: "1 1 16rem" }}>
                    <Text size="sm" fw={500}>
                      {m.advice_index({ fields: name })}
                    </Text>
                    {one.shapes.map((shape, at) => (
                      <Text key={at} size="sm" c="dimmed">
                        {reasonOf(shape, label)}
                      </Text>
                    ))}
                  </div>
                  <Button
                    size="xs"
                    loading={review.busy}
                    aria-label={`${m.advice_take()}: ${name}`}
                    onClick={() => void review.begin(changeTo(one.change.indexes, m.advice_index({ fields: name }), m.advice_take()))}
                  >
                    {m.advice_take()}
                  </Button>
                </Group>
              </li>
            );
          })}
        </ul>
      )}
      {review.dialog}
    </Stack>
  );
}

function reasonOf(shape: Advice["shapes"][number], label: ReadonlyMap<string, string>): string {
  const named = (names: readonly string[]) => names.map((name) => label.get(name) ?? name).join(", ");
  const filtered = [...shape.equal, ...shape.ranged];
  const number = new Intl.NumberFormat(getLocale());
  return [
    filtered.length > 0 && m.advice_filtered({ fields: named(filtered) }),
    shape.sort.length > 0 && m.advice_sorted({ fields: textOf({ parts: shape.sort.map(readPart), unique: false }, label) }),
    shape.groupBy.length > 0 && m.advice_grouped({ fields: named(shape.groupBy) }),
    m.advice_asked({ count: number.format(shape.asked), mean: number.format(shape.meanMs), slowest: number.format(shape.slowestMs) }),
  ]
    .filter((one) => one !== false)
    .join(" · ");
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { queryRecords, type Can } from "~/api";
import type { ListBody } from "~/records/list/shape";

const MOST_PAGES = 120;

/** The records of a list, page by page; the first page brings the number of records, up to a thousand. */
export function useRecords(object: string, body: ListBody) {
  const query = useInfiniteQuery({
    queryKey: ["records", object, body],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const more = pageParam === null ? { count: "capped" as const } : { cursor: pageParam };
      return queryRecords(object, { ...body, ...more, include: "can" }, signal);
    },
    getNextPageParam: (last, pages) => (pages.length >= MOST_PAGES ? undefined : (last.page.next ?? undefined)),
    placeholderData: (previous) => previous,
    staleTime: 5_000,
  });
  const records = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  const can = useMemo(() => new Map(query.data?.pages.flatMap((page) => page.data.map((one, at): [string, Can] => [one.id, page.can?.[at] ?? {}])) ?? []), [query.data]);
  return { ...query, records, can, count: query.data?.pages[0]?.count };
}

/** Changes of a filter's groups, as the builder makes them. */
import type { Condition, Conditions } from "~/filters/filter";

/** Where a condition is: its group, and its place in it. */
export interface Place {
  group: number;
  at: number;
}

/** With one more condition: in a group of its own, or in one that is there. */
export function withCondition({ any, groups }: Conditions, one: Condition, group?: number): Conditions {
  if (group === undefined) return { any, groups: [...groups, [one]] };
  return { any, groups: groups.map((others, index) => (index === group ? [...others, one] : others)) };
}

export function changedAt({ any, groups }: Conditions, { group, at }: Place, part: Partial<Condition>): Conditions {
  return { any, groups: groups.map((others, index) => (index === group ? others.map((one, place) => (place === at ? { ...one, ...part } : one)) : others)) };
}

export function withoutAt({ any, groups }: Conditions, { group, at }: Place): Conditions {
  return { any, groups: groups.map((others, index) => (index === group ? others.filter((_, place) => place !== at) : others)).filter((others) => others.length > 0) };
}

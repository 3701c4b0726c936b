import { describe, expect, it } from "vitest";

import {
  addLines, addOption, bodyOf, changeOption, editedOptions, faultOfOption, move, removeOption, sortedByLabel,
} from "~/setup/objects/optionList";

const stages = editedOptions([{ value: "open", label: "Open" }, "won"]);

describe("a list of options", () => {
  it("keeps what the API gave", () => {
    const given = [{ value: "a", label: "A", color: "teal", archived: true, translations: { de: { label: "Ä" } } }];
    expect(bodyOf(editedOptions(given))).toEqual(given);
    expect(bodyOf(stages)).toEqual([{ value: "open", label: "Open" }, { value: "won", label: "won" }]);
  });

  it("leaves out what is not set", () => {
    const cleared = editedOptions([{ value: "a", label: "A", color: "", archived: false, translations: {} }]);
    expect(bodyOf(cleared)).toEqual([{ value: "a", label: "A" }]);
  });

  it("gives a new option a value that follows its label until it is typed", () => {
    let list = addOption(stages);
    const key = list[2]!.key;
    list = changeOption(list, key, { label: "In progress" });
    expect(list[2]!.value).toBe("in_progress");
    list = changeOption(list, key, { value: "running" });
    list = changeOption(list, key, { label: "Running" });
    expect(bodyOf(list)[2]).toEqual({ value: "running", label: "Running" });
  });

  it("never changes the value of a saved option with its label", () => {
    expect(changeOption(stages, "old open", { label: "Begun" })[0]).toMatchObject({ value: "open", label: "Begun" });
  });

  it("gives each new option a key and a value of its own", () => {
    const list = addOption(addOption(stages, "Open"), "Open");
    expect(new Set(list.map((one) => one.key)).size).toBe(4);
    expect(list.map((one) => one.value)).toEqual(["open", "won", "open_2", "open_3"]);
  });

  it("takes pasted lines, each once", () => {
    const list = addLines(stages, "Lost\r\n\n  On hold \nlost\nOpen");
    expect(list.map((one) => one.label)).toEqual(["Open", "won", "Lost", "On hold"]);
  });

  it("moves, removes and sorts", () => {
    const list = addLines(stages, "b 10\nb 9");
    expect(move(list, 0, 2).map((one) => one.value)).toEqual(["won", "b_10", "open", "b_9"]);
    expect(move(list, 3, -5).map((one) => one.value)[0]).toBe("b_9");
    expect(move(list, 0, 99).map((one) => one.value)[3]).toBe("open");
    expect(move(list, 9, 0)).toEqual(list);
    expect(removeOption(list, "old open")).toHaveLength(3);
    expect(sortedByLabel(list, "en").map((one) => one.label)).toEqual(["b 9", "b 10", "Open", "won"]);
  });
});

describe("the fault of an option", () => {
  it.each([
    [{ value: "x", label: " " }, "label-missing"],
    [{ value: "", label: "X" }, "value-missing"],
    [{ value: "a,b", label: "X" }, "value-invalid"],
    [{ value: " a", label: "X" }, "value-invalid"],
    [{ value: "OPEN", label: "X" }, "value-taken"],
    [{ value: "lost", label: "Lost" }, null],
  ])("%j is %s", (option, fault) => {
    const list = [...stages, { ...option, key: "new 1", isNew: true, hasOwnValue: true }];
    expect(faultOfOption(list, 2)).toBe(fault);
  });
});

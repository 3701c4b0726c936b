import { describe, expect, it } from "vitest";

import { deviceOf } from "~/setup/security/device";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

describe("a device", () => {
  it("is its browser and system", () => {
    const cases: [string, string, string][] = [
      [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/142.0 Safari/537.36 Edg/142.0`, "Edge", "Windows"],
      [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/142.0 Safari/537.36`, "Chrome", "Windows"],
      ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari", "macOS"],
      ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"],
      [`Mozilla/5.0 (Linux; Android 16; Pixel) ${WEBKIT} Chrome/142.0 Mobile Safari/537.36`, "Chrome", "Android"],
      ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"],
    ];
    for (const [agent, browser, system] of cases) expect(deviceOf(agent)).toEqual({ browser, system });
  });
  it("is the name of a program, or nothing", () => {
    expect(deviceOf("curl/8.14.1")).toEqual({ browser: "curl", system: "" });
    expect(deviceOf("python-httpx/0.28.1")).toEqual({ browser: "python-httpx", system: "" });
    expect(deviceOf("")).toEqual({ browser: "", system: "" });
    expect(deviceOf("Mozilla/5.0 (something else)")).toEqual({ browser: "", system: "" });
  });
});

/** Sending a file to be imported, or to be checked only, with the progress of the upload. */
import { Problem, problemOf, type Schemas } from "@freehold/client";

export type ImportJob = Schemas["ImportJobResponse"];
export type Report = Schemas["ImportResponse"];
/** By the head of a column, the field that it goes to; null ignores it. */
export type Mapping = Record<string, string | null>;

export interface Upload {
  object: string;
  file: File;
  mapping: Mapping;
  options: Record<string, string>;
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** Has a file checked without importing it. */
export function checkFile(upload: Upload): Promise<Report> {
  return sent(upload, "import");
}

/** Begins an import, which then runs on the service. */
export function beginImport(upload: Upload): Promise<ImportJob> {
  return sent(upload, "imports");
}

/** `XMLHttpRequest` reports the progress of an upload, which `fetch` does not. */
function sent<Result>({ object, file, mapping, options, onProgress, signal }: Upload, route: "import" | "imports"): Promise<Result> {
  const form = new FormData();
  form.append("mapping", JSON.stringify(mapping));
  form.append("file", file);
  const query = new URLSearchParams(options).toString();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/data/${encodeURIComponent(object)}/${route}?${query}`);
    request.setRequestHeader("Idempotency-Key", crypto.randomUUID());
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Problem({ status: 0, code: "offline" }));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as Result);
      else void problemOf(new Response(request.responseText, { status: request.status })).then(reject);
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/** What went wrong, line by line, as a CSV file. */
export function reportFile(errors: readonly { line: number; field: string; message: string }[]): Blob {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = errors.map((one) => [String(one.line), cell(one.field), cell(one.message)].join(","));
  return new Blob(["\uFEFF", ["line,field,message", ...lines].join("\r\n"), "\r\n"], { type: "text/csv" });
}

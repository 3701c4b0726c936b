import { generate } from "lean-qr";
import { useMemo } from "react";

const QUIET = 4;

/** A QR code (ISO/IEC 18004) as one path: dark on light in both themes, which scanners need. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = generate(text);
    let drawn = "";
    for (let y = 0; y < code.size; y += 1) {
      for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) drawn += `M${x},${y}h1v1h-1z`;
    }
    return { size: code.size + 2 * QUIET, path: drawn };
  }, [text]);
  return (
    <svg role="img" aria-label={label} viewBox={`${-QUIET} ${-QUIET} ${size} ${size}`} width={200} height={200}>
      <rect x={-QUIET} y={-QUIET} width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

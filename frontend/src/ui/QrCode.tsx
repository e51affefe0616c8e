import { encodeQR } from "qr";
import { useMemo } from "react";

/** Modules of white around the code, as the standard (ISO/IEC 18004) asks for. */
const QUIET = 4;

/** A QR code, drawn in this page. Dark on white in every theme: scanners need the contrast. */
export function QrCode({ text, label, size = 192 }: { text: string; label: string; size?: number }) {
  const { path, width } = useMemo(() => {
    const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
    const squares = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: squares.join(""), width: rows.length };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${width} ${width}`}
      shapeRendering="crispEdges"
    >
      <rect width={width} height={width} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

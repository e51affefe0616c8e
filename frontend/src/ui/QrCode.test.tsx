import { render, screen } from "@testing-library/react";
import decodeQR from "qr/decode.js";
import { QrCode } from "./QrCode";

/** Pixels for each module: as a camera would see it. */
const SCALE = 4;

it("draws what a scanner reads back, dark on white with its margin", () => {
  const text =
    "otpauth://totp/Policytab:robin%40msp.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Policytab";
  render(<QrCode text={text} label="QR code" />);
  const svg = screen.getByRole("img", { name: "QR code" });
  const modules = Number(svg.getAttribute("viewBox")?.split(" ")[2]);
  const width = modules * SCALE;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x, y] of (svg.querySelector("path")?.getAttribute("d") ?? "").matchAll(/M(\d+) (\d+)/g)) {
    for (let row = 0; row < SCALE; row += 1) {
      const start = ((Number(y) * SCALE + row) * width + Number(x) * SCALE) * 4;
      for (let pixel = 0; pixel < SCALE; pixel += 1) data.fill(0, start + pixel * 4, start + pixel * 4 + 3);
    }
  }
  expect(decodeQR({ width, height: width, data })).toBe(text);
});

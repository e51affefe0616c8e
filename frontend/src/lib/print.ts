/**
 * Prints a whole HTML document without leaving the page. The frame runs no scripts: the document is only looked at, and
 * may hold names that strangers chose.
 */
export function printDocument(html: string, title: string): void {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-same-origin allow-modals");
  frame.setAttribute("aria-hidden", "true");
  frame.title = title;
  frame.tabIndex = -1;
  // Out of sight, but laid out: what is not displayed is not printed.
  Object.assign(frame.style, {
    position: "fixed",
    width: "1px",
    height: "1px",
    right: "0",
    bottom: "0",
    border: "0",
  });
  frame.addEventListener("load", () => {
    const view = frame.contentWindow;
    view?.addEventListener("afterprint", () => frame.remove());
    view?.print();
  });
  frame.srcdoc = html;
  document.body.append(frame);
}

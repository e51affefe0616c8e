/**
 * Prints a whole HTML document without leaving the page. The frame runs no scripts: the document is only looked at, and
 * may hold names that strangers chose.
 *
 * The frame has this page's content security policy, which refuses styles written into a document. So they are taken out
 * of it and handed over by script.
 */
export function printDocument(html: string, title: string): void {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const styles = [...parsed.querySelectorAll("style")].map((style) => {
    style.remove();
    return style.textContent;
  });
  for (const element of parsed.querySelectorAll<HTMLElement>("[style]")) {
    element.dataset.style = element.getAttribute("style") ?? "";
    element.removeAttribute("style");
  }
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
    const view = frame.contentWindow as (Window & typeof globalThis) | null;
    if (view === null) return;
    view.document.adoptedStyleSheets = styles.map((text) => {
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    });
    for (const element of view.document.querySelectorAll<HTMLElement>("[data-style]")) {
      element.style.cssText = element.dataset.style ?? "";
    }
    view.addEventListener("afterprint", () => frame.remove());
    view.print();
  });
  frame.srcdoc = `<!doctype html>${parsed.documentElement.outerHTML}`;
  document.body.append(frame);
}

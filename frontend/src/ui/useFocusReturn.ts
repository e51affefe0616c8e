import { useEffect, useInsertionEffect, useLayoutEffect } from "react";

/** How many frames something that closes may take to go. */
const FRAMES = 40;

/**
 * Where a dialog closes, the focus goes back to what had it when the dialog opened; when that is gone, to the content of
 * the page. Otherwise the next Tab would begin at the top of the document. Whoever takes the focus meanwhile keeps it.
 */
export function useFocusReturn(open = true): void {
  // The earliest of the effects: a field with `autoFocus` takes the focus before the others.
  useInsertionEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    return () => giveBack(before, document.activeElement, FRAMES);
  }, [open]);
}

/** The same for a part of a page that goes by itself once its button was pressed: the focus moves on to the content. */
export function useFocusMovesOn(): void {
  useLayoutEffect(() => () => giveBack(null, null, FRAMES), []);
}

let pages = 0;

/**
 * For the page that has come in place of the one whose link was followed. The first of a visit is left alone: there Tab
 * begins at the top, as everywhere.
 */
export function useFocusOnArrival(): void {
  useEffect(() => {
    pages += 1;
    if (pages > 1) giveBack(null, null, FRAMES);
  }, []);
}

function giveBack(before: Element | null, leaving: Element | null, frames: number): void {
  requestAnimationFrame(() => {
    const now = document.activeElement;
    const lost = !now || now === document.body;
    if (!lost && now !== leaving) return;
    const target = usable(before) ?? usable(document.getElementById("main"));
    // What closes may still hold the focus, and hide the rest.
    if (frames > 0 && (!lost || !target)) giveBack(before, leaving, frames - 1);
    else target?.focus({ preventScroll: target.id === "main" });
  });
}

/** Whether it is still there and no dialog covers it. */
function usable(element: Element | null): HTMLElement | undefined {
  const there = element instanceof HTMLElement && element !== document.body && element.isConnected;
  return there && !element.closest("[aria-hidden=true]") ? element : undefined;
}

import type { BaselineFile } from "./queries";

/** What came from a file picker or a drop: where it lay, and its bytes. */
export interface PickedFile {
  path: string;
  file: File;
}

/** A file as the API takes it: text where it is UTF-8, else its bytes, for the server to make out the encoding. */
export async function encodeFile({ path, file }: PickedFile): Promise<BaselineFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return { path, content: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { path, content_base64: base64(bytes) };
  }
}

function base64(bytes: Uint8Array): string {
  const CHUNK = 0x8000;
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

export function fromInput(list: FileList): PickedFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Everything that was dropped, folders with all that lies in them. */
export async function fromDrop(transfer: DataTransfer): Promise<PickedFile[]> {
  // Entries must be taken before the first wait: the list of a drop is emptied when its event ends.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  const found = await Promise.all(entries.map(walk));
  return found.flat();
}

async function walk(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: PickedFile[] = [];
  for (;;) {
    // A reader gives a folder in portions; an empty one is the end.
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (portion.length === 0) return found;
    for (const inner of portion) found.push(...(await walk(inner)));
  }
}

import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowDownRegular, ArrowSortRegular, ArrowUpRegular } from "@fluentui/react-icons";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, type ReactNode, memo, useEffect, useRef, useState } from "react";
import { HIDDEN } from "./hidden";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The name under which the caller sorts by this column; without it the column does not sort. */
  sortKey?: string;
  align?: "end";
  /** A CSS width; the rest is shared out. */
  width?: string;
  /** Left out on a phone, where only what is looked up counts. */
  wideOnly?: boolean;
}

export interface Sort {
  key: string;
  descending: boolean;
}

interface DataTableProps<Row> {
  label: string;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  columns: readonly Column<Row>[];
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** Opens the row with a click anywhere in it; the keyboard uses the link in its first cell. */
  onOpen?: (row: Row) => void;
  selected?: string;
}

/** From here on only the rows in sight are in the document. */
const VIRTUAL_FROM = 200;
const ROW_HEIGHT = 57;

const useStyles = makeStyles({
  frame: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    overflowX: "auto",
    "@media print": { border: "none", overflowX: "visible" },
  },
  table: {
    width: "100%",
    borderCollapse: "collapse",
    fontSize: tokens.fontSizeBase300,
    "@media print": { fontSize: "8.5pt" },
    "@media (max-width: 640px)": { display: "block" },
  },
  head: {
    "@media (max-width: 640px)": HIDDEN,
  },
  body: { "@media (max-width: 640px)": { display: "block" } },
  th: {
    textAlign: "start",
    fontWeight: tokens.fontWeightSemibold,
    padding: "8px 12px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
    whiteSpace: "nowrap",
    "@media print": { padding: "4px 6px", whiteSpace: "normal" },
  },
  sort: {
    display: "inline-flex",
    alignItems: "center",
    gap: "4px",
    font: "inherit",
    color: "inherit",
    background: "none",
    border: "none",
    padding: "2px 4px",
    marginInline: "-4px",
    cursor: "pointer",
    borderRadius: tokens.borderRadiusSmall,
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  row: {
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ":last-child": { borderBottom: "none" },
    breakInside: "avoid",
    "@media (max-width: 640px)": {
      display: "grid",
      gridTemplateColumns: "minmax(0, 1fr)",
      gap: "4px",
      padding: "10px 12px",
    },
  },
  open: { cursor: "pointer", ":hover": { backgroundColor: tokens.colorNeutralBackground2 } },
  selected: { boxShadow: `inset 3px 0 0 ${tokens.colorCompoundBrandStroke}` },
  td: {
    padding: "8px 12px",
    verticalAlign: "middle",
    "@media print": { padding: "4px 6px" },
    overflowWrap: "break-word",
    "@media (max-width: 640px)": {
      display: "grid",
      gridTemplateColumns: "110px minmax(0, 1fr)",
      gap: "8px",
      padding: 0,
      "::before": { content: "attr(data-label)", color: tokens.colorNeutralForeground3 },
      // A card says only what there is to say.
      ":has(> div:empty)": { display: "none" },
      ":first-child": { gridTemplateColumns: "minmax(0, 1fr)", "::before": { display: "none" } },
    },
  },
  end: { textAlign: "end", "@media (max-width: 640px)": { textAlign: "start" } },
  wideOnly: { "@media (max-width: 640px)": { display: "none" } },
});

/** A table that sorts, turns into cards on a phone and stays fast with thousands of rows. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, columns, onOpen } = props;
  const styles = useStyles();
  const frame = useRef<HTMLDivElement>(null);
  return (
    <div className={styles.frame} ref={frame}>
      {/* The roles are said again because `display: block`, used on a phone, takes them away. */}
      <table className={styles.table} role="table" aria-label={label} aria-rowcount={rows.length + 1}>
        <thead className={styles.head} role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody
          className={styles.body}
          role="rowgroup"
          onClick={onOpen && ((event) => openRow(event, rows, onOpen))}
        >
          {rows.length < VIRTUAL_FROM ? (
            rows.map((row, index) => {
              const key = props.rowKey(row);
              return (
                <BodyRow
                  key={key}
                  row={row}
                  index={index}
                  columns={columns}
                  opens={onOpen !== undefined}
                  selected={key === props.selected}
                />
              );
            })
          ) : (
            <VirtualRows {...props} frame={frame} />
          )}
        </tbody>
      </table>
    </div>
  );
}

function HeaderCell<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}) {
  const styles = useStyles();
  const active = sort !== undefined && column.sortKey === sort.key;
  const direction = active ? (sort.descending ? "descending" : "ascending") : "none";
  return (
    <th
      scope="col"
      role="columnheader"
      aria-sort={column.sortKey && onSort ? direction : undefined}
      className={mergeClasses(styles.th, column.align && styles.end)}
      style={{ width: column.width }}
    >
      {column.sortKey && onSort ? (
        <button
          type="button"
          className={styles.sort}
          onClick={() => onSort({ key: column.sortKey ?? "", descending: active ? !sort.descending : false })}
        >
          {column.header}
          {!active && <ArrowSortRegular aria-hidden="true" />}
          {active &&
            (sort.descending ? (
              <ArrowDownRegular aria-hidden="true" />
            ) : (
              <ArrowUpRegular aria-hidden="true" />
            ))}
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

/** One handler for all rows, so that a row is drawn again only when it is another. */
function openRow<Row>(
  event: MouseEvent<HTMLElement>,
  rows: readonly Row[],
  onOpen: (row: Row) => void,
): void {
  const target = event.target as HTMLElement;
  // Links, buttons and selected text keep their own meaning.
  if (target.closest("a, button, input")) return;
  if (window.getSelection()?.isCollapsed === false) return;
  const index = target.closest<HTMLElement>("tr[data-index]")?.dataset.index;
  const row = index === undefined ? undefined : rows[Number(index)];
  if (row !== undefined) onOpen(row);
}

interface BodyRowProps<Row> {
  row: Row;
  index: number;
  columns: readonly Column<Row>[];
  /** Whether a click opens it. */
  opens: boolean;
  selected: boolean;
  /** Tells the virtualizer how high the row really is. */
  measure?: (element: Element | null) => void;
}

function PlainBodyRow<Row>({ row, index, columns, opens, selected, measure }: BodyRowProps<Row>) {
  const styles = useStyles();
  return (
    <tr
      ref={measure}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      className={mergeClasses(styles.row, opens && styles.open, selected && styles.selected)}
    >
      {columns.map((column) => (
        <td
          key={column.id}
          role="cell"
          data-label={column.header}
          className={mergeClasses(styles.td, column.align && styles.end, column.wideOnly && styles.wideOnly)}
        >
          <div>{column.cell(row)}</div>
        </td>
      ))}
    </tr>
  );
}

/** While one scrolls, the rows that stay are left alone. */
const BodyRow = memo(PlainBodyRow) as typeof PlainBodyRow;

function VirtualRows<Row>(props: DataTableProps<Row> & { frame: React.RefObject<HTMLDivElement | null> }) {
  const { rows, columns, frame } = props;
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    // Also tells the first size at once. Whatever grows above the table moves it.
    const observer = new ResizeObserver(() => {
      setOffset((frame.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    });
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [frame]);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: offset,
  });
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? offset) - offset;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? offset) - offset);
  return (
    <>
      <Gap height={before} columns={columns.length} />
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        const key = props.rowKey(row);
        return (
          <BodyRow
            key={key}
            row={row}
            index={item.index}
            columns={columns}
            opens={props.onOpen !== undefined}
            selected={key === props.selected}
            measure={virtual.measureElement}
          />
        );
      })}
      <Gap height={after} columns={columns.length} />
    </>
  );
}

function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" style={{ height }}>
      <td colSpan={columns} />
    </tr>
  );
}

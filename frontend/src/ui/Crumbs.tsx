import { Breadcrumb, BreadcrumbDivider, BreadcrumbItem } from "@fluentui/react-components";
import type { ReactNode } from "react";

interface CrumbsProps {
  /** A link to the list that this is in. */
  list: ReactNode;
  /** Its name. */
  here: string;
}

/** Where one is: the list, and what of it is open. */
export function Crumbs({ list, here }: CrumbsProps) {
  return (
    <Breadcrumb aria-label="Breadcrumb">
      <BreadcrumbItem>{list}</BreadcrumbItem>
      <BreadcrumbDivider />
      <BreadcrumbItem>{here}</BreadcrumbItem>
    </Breadcrumb>
  );
}

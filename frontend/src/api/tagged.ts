/** An answer with the entity tag that a change of it is based on. */
export interface Tagged<Body> {
  body: Body;
  etag: string | undefined;
}

export function tagged<Body>(body: Body, response: Response): Tagged<Body> {
  return { body, etag: response.headers.get("ETag") ?? undefined };
}

/** The header of a change: it is refused when somebody else was faster. */
export function basedOn(etag: string | undefined): { "If-Match"?: string } {
  return etag ? { "If-Match": etag } : {};
}
